import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { ObjectStore, StoredRow } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import type { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { write } from '../writes/write.ts';
import { demandGrace } from './grace.ts';
import { lockObject } from './store.ts';
import { setColumns } from './update.ts';

/** A check under the row lock. Throws if the object must not be deleted or restored. */
export type LifecycleCheck = (tx: Tx, object: Located, ctx: RequestContext) => Promise<void>;

/** Soft-deletes an object. Idempotent: a deleted object stays as it is. */
export function deleteObject<Row extends StoredRow>(
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Located,
  check?: LifecycleCheck,
): Promise<Receipt> {
  return write(ctx, async (tx) => {
    const row = await lockObject(tx, ctx, store, object);
    if (!row.deletedAt) {
      await check?.(tx, object, ctx);
      await setColumns(tx, ctx, {
        store,
        object,
        before: row,
        columns: { deletedAt: ctx.now() },
        action: 'deleted',
      });
    }
    return { status: 204, object: null };
  });
}

/** Maps an error of the database to an answer. Undefined for other errors. */
export type Refusal = (error: unknown) => HttpProblem | undefined;

/** Restores a deleted object. Returns an object that is not deleted as it is. */
export async function restoreObject<Row extends StoredRow>(
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Located,
  check?: LifecycleCheck,
  refused?: Refusal,
  /** Restores further parts of the object. `isRestored`: the object itself was deleted. */
  bringBack?: (tx: Tx, ctx: RequestContext, object: Located, isRestored: boolean) => Promise<void>,
): Promise<Receipt> {
  try {
    return await write(ctx, async (tx) => {
      const row = await lockObject(tx, ctx, store, object);
      if (row.deletedAt) demandGrace(ctx, store.kind, row);
      // Also for an object that is not deleted itself: its parent may be deleted.
      await check?.(tx, object, ctx);
      if (row.deletedAt) {
        const columns = { deletedAt: null, ...('purgeAt' in row ? { purgeAt: null } : {}) };
        await setColumns(tx, ctx, { store, object, before: row, columns, action: 'restored' });
      }
      await bringBack?.(tx, ctx, object, Boolean(row.deletedAt));
      return { status: 200, object: { kind: store.kind, id: object.id } };
    });
  } catch (error) {
    throw refused?.(error) ?? error;
  }
}
