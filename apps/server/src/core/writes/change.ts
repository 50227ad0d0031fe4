import type { Prisma } from '@modelbox/db';
import type { ObjectKind } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';

export type ChangeAction =
  | 'created'
  | 'updated'
  | 'deleted'
  | 'restored'
  | 'finalized'
  | 'moved'
  | 'files_tracked'
  | 'upload_created'
  | 'upload_aborted'
  | 'upload_expired'
  | 'upload_completed'
  | 'file_stored'
  | 'files_attached'
  | 'file_rejected'
  | 'file_deleted'
  | 'file_checked'
  | 'metrics_logged'
  | 'event_told'
  | 'policy_set'
  | 'approved'
  | 'rule_allowed'
  | 'rule_withdrawn'
  | 'held'
  | 'released'
  | 'files_removed'
  | 'files_restored';

/**
 * One write to one object. `before` and `after` are the fields of the object; `detail` describes changed collections.
 */
export interface Change {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly namespace: string;
  readonly action: ChangeAction;
  readonly before?: object | null;
  readonly after?: object | null;
  readonly detail?: object;
}

export const byOf = (ctx: RequestContext): string =>
  JSON.stringify({
    actor: ctx.actor.name,
    ...(ctx.actor.tokenId === undefined ? {} : { tokenId: ctx.actor.tokenId }),
    address: ctx.address,
    requestId: ctx.requestId,
  });

const jsonOf = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);

/**
 * Records a change in the transaction of the write, and returns its id. The caller must have locked or inserted the
 * row.
 */
export async function recordChange(
  tx: Prisma.TransactionClient,
  ctx: RequestContext,
  change: Change,
): Promise<bigint> {
  const [row] = await tx.$queryRaw<[{ id: bigint }]>`
    SELECT record_change(${change.kind}, ${change.id}::uuid, ${change.namespace}, ${change.action},
      ${jsonOf(change.before)}::jsonb, ${jsonOf(change.after)}::jsonb, ${jsonOf(change.detail)}::jsonb,
      ${byOf(ctx)}::jsonb, ${ctx.now()}) AS id`;
  return row.id;
}
