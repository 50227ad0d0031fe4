import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Answered } from '../../protocol/verb.ts';
import { COLUMNS, countFor, FROM, type ProtectionRow, toProtection } from './rows.ts';

/** Sorts by alias, then from the top. No name has a control character. */
const PLACE = `concat(p.alias, chr(1), n.path, chr(1), m.name) COLLATE "C"`;
const positionOf = (row: ProtectionRow): string =>
  `${row.alias}\u0001${row.namespace}\u0001${row.model ?? ''}`;

const PAGE = sizedSql(
  `SELECT ${COLUMNS} FROM ${FROM} WHERE ${countFor('$1', '$2')} AND ${PLACE} > $3 ORDER BY ${PLACE} LIMIT $4`,
  '$5',
  '$6',
);

/** Lists the protections in force for a model, or for all models below a namespace: its own, and those above it. */
export async function listProtections(
  ctx: RequestContext,
  object: Located,
  query: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Answered> {
  const isOwn = (row: ProtectionRow) =>
    object.kind === 'model' ? row.model !== null : row.namespace === object.namespace;
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'string'),
    read: async (after, count, { bytes, isEmpty }) =>
      (
        await ctx.db.requests.query<ProtectionRow & SizedRow>(PAGE, [
          object.id,
          object.namespace,
          after ?? '',
          count,
          bytes,
          isEmpty,
        ])
      ).rows,
    toItem: (row: ProtectionRow) => toProtection(row, !isOwn(row)),
    cursorOf: positionOf,
  });
  return { status: 200, body };
}
