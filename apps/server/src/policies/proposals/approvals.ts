import { type Proposal, type Sql, sqlOf, type Tx } from '@modelbox/db';
import { decideAccess } from '@modelbox/domain';
import { type Author, authorNow, authorOf } from '../../access/author.ts';
import { peopleBehind } from '../../access/people.ts';
import { effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { lockAlias } from '../../resources/aliases/move.ts';
import { approvalsNeeded, demandMayMove, mayMove } from '../../resources/protected-aliases/demand.ts';
import { factsUnchanged, NO_FACTS } from '../engine/undone.ts';
import { writersOf } from '../engine/writers.ts';

/** SQL condition: the facts of the version are unchanged since the approval `a` of the proposal `p`. */
export const IS_CURRENT = factsUnchanged('p.version_id', 'a.change_id');

type ModelRef = Pick<Located, 'id' | 'namespace' | 'name'>;

/**
 * Stores the caller's approval if the alias is protected by `proposal`. Locks the version and the alias.
 * @returns whether the proposal has all approvals that it needs
 * @throws HttpProblem forbidden: the caller wrote the rule, changed the version, or is one person with another approver
 */
export async function approve(
  tx: Tx,
  ctx: RequestContext,
  model: ModelRef,
  proposal: Proposal,
  version: string,
  reason: string | null,
): Promise<boolean> {
  if (proposal.alias === null) return true;
  // Locks first, like every move, so that later facts get a later change id than the approval.
  await tx.$queryRaw`SELECT 1 FROM versions WHERE id = ${proposal.versionId}::uuid FOR SHARE`;
  await lockAlias(tx, model.id, proposal.alias);
  const needed = await approvalsNeeded(tx, model, proposal.alias);
  if (needed === undefined) return true;
  const sql = sqlOf(tx);
  const author = authorOf(ctx);
  const people = await peopleBehind(sql, [author ?? ctx.actor]);
  if (author !== null) await demandOther(sql, model, proposal, version, ctx.actor.name, people);
  await demandMayMove(tx, ctx, model, proposal.alias, 'proposal');
  const earlier = await standing(tx, ctx, model, proposal);
  const twin = earlier.find((each) => each.people.some((name) => people.includes(name)));
  if (twin !== undefined && twin.approver !== ctx.actor.name)
    throw forbidden(
      `${ctx.actor.name} cannot approve: ${twin.approver} has already approved this proposal, and both count as one ` +
        'person, because the token of one comes from a token of the other, or of the same owner. Another person must ' +
        'approve it.',
    );
  const count = earlier.length + (twin === undefined ? 1 : 0);
  if (twin === undefined) {
    const changeId = await recordChange(tx, ctx, {
      kind: 'proposal',
      id: proposal.id,
      namespace: model.namespace,
      action: 'approved',
      detail: {
        rule: proposal.rule,
        version,
        versionId: proposal.versionId,
        reason,
        approvals: count,
        needed,
      },
    });
    const columns = { people, ...(author === null ? {} : { author: { ...author } as object }), reason };
    await tx.proposalApproval.create({
      data: { proposalId: proposal.id, approver: ctx.actor.name, ...columns, changeId, at: ctx.now() },
    });
  }
  return count >= needed;
}

/** Throws 403 if one of the people behind the caller wrote the rule, or changed the version or its checkpoint. */
async function demandOther(
  sql: Sql,
  model: ModelRef,
  { rule, versionId, writers }: Proposal,
  version: string,
  caller: string,
  people: readonly string[],
): Promise<void> {
  const owner = { kind: 'model', id: model.id, name: `${model.namespace}/${model.name}` } as const;
  const now = await writersOf(sql, await effectiveOf(sql, owner), rule);
  const writer = [...writers, ...now].find((name) => people.includes(name));
  if (writer !== undefined)
    throw forbidden(
      `${writer} wrote the rule ${rule}, so ${caller} cannot approve it. Another person must approve it.`,
    );
  const changes = await sql<{ name: string; tokenId: string | null; action: string }>(CHANGED_BY, [
    versionId,
  ]);
  for (const { name, tokenId, action } of changes) {
    const behind = await peopleBehind(sql, [{ name, ...(tokenId === null ? {} : { tokenId }) }]);
    const same = behind.find((each) => people.includes(each));
    if (same === undefined) continue;
    const what = action.replaceAll('_', ' ');
    throw forbidden(
      `${same} created or changed the version ${version} or its checkpoint (${what}), so ${caller} cannot ` +
        'approve it. Another person ' +
        'must approve it.',
    );
  }
}

/** Reads the actors of changes to the facts of a version and of its source checkpoint. */
const CHANGED_BY = `
  SELECT c.actor AS name, c.token_id AS "tokenId", min(c.action) AS action FROM changes c
  WHERE c.object_id IN (SELECT v.id FROM versions v WHERE v.id = $1::uuid
                        UNION ALL SELECT v.source_checkpoint_id FROM versions v WHERE v.id = $1::uuid)
    AND c.action NOT IN (${NO_FACTS})
  GROUP BY c.actor, c.token_id
  UNION ALL SELECT v.created_by, NULL, 'created' FROM versions v WHERE v.id = $1::uuid`;

interface Approval {
  readonly approver: string;
  readonly people: readonly string[];
  readonly author: Author | null;
}

/** Returns the valid approvals: the facts are unchanged, and the approver still has the rights. Deletes the others. */
async function standing(
  tx: Tx,
  ctx: RequestContext,
  model: ModelRef,
  proposal: Proposal,
): Promise<Approval[]> {
  const sql = sqlOf(tx);
  await sql(
    `DELETE FROM proposal_approvals a USING proposals p
     WHERE p.id = $1::uuid AND a.proposal_id = p.id AND NOT ${IS_CURRENT}`,
    [proposal.id],
  );
  const rows = await sql<Approval>(
    'SELECT approver, people, author FROM proposal_approvals WHERE proposal_id = $1::uuid ORDER BY at, approver',
    [proposal.id],
  );
  const kept: Approval[] = [];
  for (const row of rows) {
    const actor = row.author === null ? ctx.actor : await authorNow(ctx, sql, row.author);
    const isAllowed =
      actor !== undefined &&
      decideAccess(actor, 'proposal.decide', model.namespace) === 'allowed' &&
      (await mayMove(tx, actor, model, proposal.alias ?? '', 'proposal'));
    if (isAllowed) kept.push(row);
    else
      await tx.proposalApproval.delete({
        where: { proposalId_approver: { proposalId: proposal.id, approver: row.approver } },
      });
  }
  return kept;
}

const forbidden = (words: string): HttpProblem => new HttpProblem('forbidden', words);
