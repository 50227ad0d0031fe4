import { prepared } from '@modelbox/db';
import type { Proposal } from '@modelbox/schema';
import { idAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import { idFinder } from '../../core/names/finder.ts';
import type { Context } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';
import type { Verb } from '../../protocol/verb.ts';
import { IS_CURRENT } from './approvals.ts';

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
  approvals: { by: string; at: string; reason: string | null }[] | null;
  approvalsNeeded: number;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  createdAt: Date;
}

const COLUMNS = `p.id, p.model_id AS "modelId", p.rule, p.alias, p.tag, v.version, p.version_id AS "versionId",
  p.holder, p.state, p.words, p.decision_id::text AS "decisionId", p.decided_by AS "decidedBy",
  p.decided_at AS "decidedAt", p.reason,
  p.created_at AS "createdAt",
  (SELECT json_agg(json_build_object('by', a.approver, 'at', a.at, 'reason', a.reason) ORDER BY a.at, a.approver)
   FROM proposal_approvals a WHERE a.proposal_id = p.id AND (p.state <> 'open' OR ${IS_CURRENT})) AS approvals,
  coalesce((SELECT max(b.approvals) FROM protected_aliases b LEFT JOIN namespaces bn ON bn.id = b.namespace_id
            WHERE b.alias = p.alias AND b.movable_by = 'proposal'
              AND (b.model_id = p.model_id OR bn.path = ANY (paths_above(n.path)))), 1)::int AS "approvalsNeeded"`;
const FROM = `proposals p JOIN versions v ON v.id = p.version_id JOIN models m ON m.id = p.model_id
  JOIN namespaces n ON n.id = m.namespace_id`;

const select = prepared<[string[]], ProposalRow>(
  'read_proposals',
  `SELECT ${COLUMNS} FROM ${FROM} WHERE p.id = ANY ($1::uuid[])`,
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
    `SELECT ${COLUMNS} FROM ${FROM}
   WHERE p.model_id = $1 AND ($2::text IS NULL OR p.state = $2) AND ($3::uuid IS NULL OR p.id < $3)
   ORDER BY p.id DESC LIMIT $4`,
    '$5',
    '$6',
  ),
);

const toProposal = (row: ProposalRow): Proposal => ({
  ...row,
  approvals: (row.approvals ?? []).map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
  decidedAt: row.decidedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

export async function readProposals({ db }: Context, ids: string[]): Promise<Readout<Proposal>[]> {
  return (await select(db.requests, ids)).map((row) => ({
    id: row.id,
    body: toProposal(row),
    crossNamespace: undefined,
  }));
}

/** Lists the proposals for a model, newest first: ids sort by their time of creation. */
export const listProposals: Verb<'models.proposals.list'> = async (ctx, { query, touched: { model } }) => {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: idAfter(query.cursor),
    read: (before, count, { bytes, isEmpty }) =>
      ofModel(ctx.db.requests, model.id, query.state ?? null, before ?? null, count, bytes, isEmpty),
    toItem: toProposal,
    cursorOf: (row: ProposalRow) => row.id,
  });
  return { status: 200, body };
};

export const findProposal = idFinder(
  'proposal',
  `SELECT p.id, n.path AS namespace, n.id AS "namespaceId", m.id AS "parentId", p.rule AS name,
     m.deleted_at AS "deletedAt",
          NULL AS "cacheTag"
   FROM proposals p JOIN models m ON m.id = p.model_id JOIN namespaces n ON n.id = m.namespace_id`,
  'p.id',
);
