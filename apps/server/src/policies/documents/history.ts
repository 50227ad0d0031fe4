import { prepared } from '@modelbox/db';
import type { PolicyEdit } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Verb } from '../../protocol/verb.ts';

interface EditRow extends Omit<PolicyEdit, 'at'> {
  at: Date;
}

/** Edits per statement: few, because a document can have hundreds of kilobytes. */
const BATCH = 20;

const before = prepared<
  [ownerId: string, before: number | null, limit: number, bytes: number, isEmpty: boolean],
  EditRow & SizedRow
>(
  'list_policy_edits',
  sizedSql(
    `SELECT e.edit, e.document, e.actor, e.request_id AS "requestId", e.at FROM policy_edits e
     WHERE e.owner_id = $1 AND ($2::bigint IS NULL OR e.edit < $2) ORDER BY e.edit DESC LIMIT $3`,
    '$4',
    '$5',
  ),
);

export const policyHistory: Verb<'models.policy.history' | 'namespaces.policy.history'> = async (
  ctx,
  { query, touched: { owner } },
) => {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'number'),
    batch: BATCH,
    read: (at, count, { bytes, isEmpty }) =>
      before(ctx.db.requests, owner.id, at ?? null, count, bytes, isEmpty),
    toItem: (row: EditRow): PolicyEdit => ({ ...row, at: row.at.toISOString() }),
    cursorOf: (row) => row.edit,
  });
  return { status: 200, body };
};
