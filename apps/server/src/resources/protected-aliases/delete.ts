import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { lockOwnProtection } from './demand.ts';
import { stateOf } from './rows.ts';

export const deleteProtection = (ctx: RequestContext, object: Located, alias: string): Promise<Receipt> =>
  write(ctx, async (tx): Promise<Receipt> => {
    const row = await lockOwnProtection(tx, ctx, object, alias);
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
