import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { lockProtections } from './demand.ts';
import { notProtected } from './get.ts';
import { ownerOf, stateOf } from './rows.ts';

/** Takes a protection away; what stands above it stays. */
export const deleteProtection = (ctx: RequestContext, object: Located, alias: string): Promise<Receipt> =>
  write(ctx, async (tx): Promise<Receipt> => {
    await lockProtections(tx, object.namespace, alias, 'alone');
    const row = await tx.protectedAlias.findFirst({ where: { ...ownerOf(object), alias } });
    if (row === null) throw notProtected(object, alias);
    await tx.protectedAlias.delete({ where: { id: row.id } });
    await recordChange(tx, ctx, {
      kind: 'alias_protection',
      id: row.id,
      namespace: object.namespace,
      action: 'deleted',
      before: stateOf(row),
      detail: { on: object.kind, onId: object.id },
    });
    return { status: 204, object: null };
  });
