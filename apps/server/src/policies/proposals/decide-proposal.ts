import type { Tx } from '@modelbox/db';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { moveAlias } from '../../resources/aliases/move.ts';
import { addTag } from '../../resources/versions/add-tag.ts';
import { approve } from './approvals.ts';

type Decided = 'approved' | 'rejected';

/** Approves a proposal, and applies it when it has all approvals, even if facts have changed since the proposal. */
export const approveProposal: Verb<'proposals.approve'> = (ctx, { body, touched: { proposal } }) =>
  decide(ctx, proposal, 'approved', body.reason ?? null);

/** Rejects a proposal. The rule does not repeat it until the facts or the policy change. */
export const rejectProposal: Verb<'proposals.reject'> = (ctx, { body, touched: { proposal } }) =>
  decide(ctx, proposal, 'rejected', body.reason ?? null);

function decide(ctx: RequestContext, located: Located, to: Decided, reason: string | null): Promise<Receipt> {
  return write(ctx, async (tx) => {
    const proposal = await lockOpen(tx, located.id, to);
    const receipt: Receipt = { status: 200, object: { kind: 'proposal', id: located.id } };
    if (proposal === undefined) return receipt;
    const { id, name } = await tx.model.findUniqueOrThrow({ where: { id: located.parentId } });
    const model = { id, name, namespace: located.namespace };
    const version = await tx.version.findUniqueOrThrow({ where: { id: proposal.versionId } });
    if (to === 'approved') {
      if (!(await approve(tx, ctx, model, proposal, version.version, reason))) return receipt;
      if (proposal.alias === null) await addTag(tx, ctx, model, version, proposal.tag ?? '');
      else {
        const move = { model, alias: proposal.alias, cause: 'proposal', reason } as const;
        await moveAlias(tx, ctx, move, { id: version.id, version: version.version });
      }
    }
    const changeId = await recordChange(tx, ctx, {
      kind: 'proposal',
      id: proposal.id,
      namespace: located.namespace,
      action: 'updated',
      before: { state: 'open' },
      after: { state: to },
      detail: { rule: proposal.rule, version: version.version, versionId: version.id, reason },
    });
    await tx.proposal.update({
      where: { id: proposal.id },
      data: { state: to, changeId, decidedBy: ctx.actor.name, decidedAt: ctx.now(), reason },
    });
    return receipt;
  });
}

/** Locks an open proposal. Undefined if it already has this decision. Throws 409 if it has another one. */
async function lockOpen(tx: Tx, id: string, to: Decided) {
  await tx.$queryRaw`SELECT 1 FROM proposals WHERE id = ${id}::uuid FOR UPDATE`;
  const proposal = await tx.proposal.findUnique({ where: { id } });
  if (proposal === null) throw new HttpProblem('not_found', 'The proposal no longer exists.');
  if (proposal.state === to) return undefined;
  if (proposal.state !== 'open')
    throw new HttpProblem('conflict', `The proposal is already ${proposal.state}.`, { id });
  return proposal;
}
