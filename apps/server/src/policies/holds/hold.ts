import type { Tx } from '@modelbox/db';
import type { Hold } from '@modelbox/schema';
import { lockLiving } from '../../core/objects/store.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import type { ObjectStore, Readout, StoredRow } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { checkpoints } from '../../resources/checkpoints/store.ts';
import { versions } from '../../resources/versions/store.ts';

type Id = 'versions' | 'checkpoints';

/** Puts a version or checkpoint on hold, so that retention keeps it. An existing hold gets the new reason. */
export const setHold: Verb<`${Id}.hold.set`> = (ctx, { body, touched: { object } }) =>
  write(ctx, async (tx): Promise<Receipt> => {
    await lockHeldObject(tx, ctx, object);
    const { reason } = body;
    const before = await tx.hold.findUnique({ where: { objectId: object.id } });
    if (before?.reason !== reason) {
      const made = { reason, createdBy: ctx.actor.name, createdAt: ctx.now() };
      await tx.hold.upsert({
        where: { objectId: object.id },
        create: { objectId: object.id, objectKind: object.kind, ...made },
        update: made,
      });
      await tell(tx, ctx, object, 'held', { reason });
    }
    return { status: 200, object: { kind: 'hold', id: object.id } };
  });

export const deleteHold: Verb<`${Id}.hold.delete`> = (ctx, { touched: { object } }) =>
  write(ctx, async (tx): Promise<Receipt> => {
    await lockHeldObject(tx, ctx, object);
    const { count } = await tx.hold.deleteMany({ where: { objectId: object.id } });
    if (count > 0) await tell(tx, ctx, object, 'released', {});
    return { status: 204, object: null };
  });

/** Takes the row lock that retention takes too, so that each sees the result of the other. */
async function lockHeldObject(tx: Tx, ctx: RequestContext, object: Located): Promise<void> {
  const store: unknown = object.kind === 'version' ? versions : checkpoints;
  await lockLiving(tx, ctx, store as ObjectStore<StoredRow>, object);
}

const tell = (
  tx: Tx,
  ctx: RequestContext,
  { kind, id, namespace }: Located,
  action: 'held' | 'released',
  detail: object,
) => recordChange(tx, ctx, { kind, id, namespace, action, detail });

export async function readHolds({ db }: Context, ids: string[]): Promise<Readout<Hold>[]> {
  const rows = await db.prisma.hold.findMany({ where: { objectId: { in: ids } } });
  return rows.map((row) => ({
    id: row.objectId,
    body: { reason: row.reason, by: row.createdBy, at: row.createdAt.toISOString() },
    crossNamespace: undefined,
  }));
}
