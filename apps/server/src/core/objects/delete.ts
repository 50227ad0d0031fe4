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

/** A check under the row's lock that throws where the object must not be deleted, or not come back. */
export type LifecycleCheck = (tx: Tx, object: Located, ctx: RequestContext) => Promise<void>;

/** Deletes an object softly. One that is deleted already stays so: a repeated delete is no error. */
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
      await setColumns(tx, ctx, store, object, row, { deletedAt: ctx.now() }, 'deleted');
    }
    return { status: 204, object: null };
  });
}

/** What to answer where the database refuses the write; undefined where the error is another one. */
export type Refusal = (error: unknown) => HttpProblem | undefined;

/** Brings a deleted object back. One that lives is answered as it is. */
export async function restoreObject<Row extends StoredRow>(
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Located,
  check?: LifecycleCheck,
  refused?: Refusal,
  /** Restores what else belongs to the object. `isRestored`: the object itself was deleted. */
  bringBack?: (tx: Tx, ctx: RequestContext, object: Located, isRestored: boolean) => Promise<void>,
): Promise<Receipt> {
  try {
    return await write(ctx, async (tx) => {
      const row = await lockObject(tx, ctx, store, object);
      if (row.deletedAt) demandGrace(ctx, store.kind, row);
      // Also of one that is not deleted itself: with what it belongs to it is gone all the same.
      await check?.(tx, object, ctx);
      if (row.deletedAt) {
        const columns = { deletedAt: null, ...('purgeAt' in row ? { purgeAt: null } : {}) };
        await setColumns(tx, ctx, store, object, row, columns, 'restored');
      }
      await bringBack?.(tx, ctx, object, Boolean(row.deletedAt));
      return { status: 200, object: { kind: store.kind, id: object.id } };
    });
  } catch (error) {
    throw refused?.(error) ?? error;
  }
}
