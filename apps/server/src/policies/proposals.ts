import { prepared } from '@modelbox/db';
import type { Proposal } from '@modelbox/schema';
import type { Context } from '../context.ts';
import type { Verb } from '../http/verb.ts';
import { idAfter } from '../lists/cursor.ts';
import { pageOf } from '../lists/page.ts';
import { type SizedRow, sizedSql } from '../lists/sized.ts';
import type { Readout } from '../objects/kinds.ts';

interface ProposalRow {
  id: string;
  modelId: string;
  rule: string;
  alias: string | null;
  tag: string | null;
  version: string;
  versionId: string;
  holder: string | null;
  state: Proposal['state'];
  words: string;
  decisionId: string;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  createdAt: Date;
}

const COLUMNS = `p.id, p.model_id AS "modelId", p.rule, p.alias, p.tag, v.version, p.version_id AS "versionId", p.holder,
  p.state, p.words, p.decision_id::text AS "decisionId", p.decided_by AS "decidedBy", p.decided_at AS "decidedAt", p.reason,
  p.created_at AS "createdAt"`;

const select = prepared<[string[]], ProposalRow>(
  'read_proposals',
  `SELECT ${COLUMNS} FROM proposals p JOIN versions v ON v.id = p.version_id WHERE p.id = ANY ($1::uuid[])`,
);
const ofModel = prepared<
  [
    modelId: string,
    state: string | null,
    before: string | null,
    limit: number,
    bytes: number,
    isEmpty: boolean,
  ],
  ProposalRow & SizedRow
>(
  'list_proposals',
  sizedSql(
    `SELECT ${COLUMNS} FROM proposals p JOIN versions v ON v.id = p.version_id
   WHERE p.model_id = $1 AND ($2::text IS NULL OR p.state = $2) AND ($3::uuid IS NULL OR p.id < $3)
   ORDER BY p.id DESC LIMIT $4`,
    '$5',
    '$6',
  ),
);

const toProposal = (row: ProposalRow): Proposal => ({
  ...row,
  decidedAt: row.decidedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

export async function readProposals({ db }: Context, ids: string[]): Promise<Readout<Proposal>[]> {
  return (await select(db.pool, ids)).map((row) => ({ id: row.id, body: toProposal(row) }));
}

/** What rules propose for a model, newest first: ids sort by the time they were made. */
export const listProposals: Verb<'models.proposals.list'> = async (ctx, { query, touched: { model } }) => {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: idAfter(query.cursor),
    read: (before, count, { bytes, isEmpty }) =>
      ofModel(ctx.db.pool, model.id, query.state ?? null, before ?? null, count, bytes, isEmpty),
    toItem: toProposal,
    cursorOf: (row: ProposalRow) => row.id,
  });
  return { status: 200, body };
};
