import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { ObjectStore, StoredRow } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import type { ReadableKind, Receipt } from '../../protocol/verb.ts';
import { recordChange } from '../writes/change.ts';
import { write } from '../writes/write.ts';
import { changedColumns } from './patch.ts';
import { lockLiving } from './store.ts';

interface ColumnChange<Row extends StoredRow> {
  readonly store: ObjectStore<Row>;
  readonly object: Pick<Located, 'namespace'>;
  readonly before: Row;
  readonly columns: object;
  readonly action: 'updated' | 'deleted' | 'restored' | 'finalized';
}

/**
 * Applies a JSON merge patch to an object under its row lock. A patch that changes nothing writes nothing.
 * @param answer the kind of the answer: the object itself, or its metadata.
 */
export function updateObject<Row extends StoredRow>(
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Located,
  patch: Record<string, unknown>,
  answer: ReadableKind = store.kind,
): Promise<Receipt> {
  return write(ctx, async (tx) => {
    const before = await lockLiving(tx, ctx, store, object);
    const changed = changedColumns(before as unknown as Record<string, unknown>, patch);
    if (Object.keys(changed).length > 0)
      await setColumns(tx, ctx, { store, object, before, columns: changed, action: 'updated' });
    return { status: 200, object: { kind: answer, id: object.id } };
  });
}

export async function setColumns<Row extends StoredRow>(
  tx: Tx,
  ctx: RequestContext,
  { store, object, before, columns, action }: ColumnChange<Row>,
): Promise<void> {
  const after = await store.set(tx, before.id, {
    ...columns,
    rowVersion: { increment: 1 },
    updatedAt: ctx.now(),
  });
  await recordChange(tx, ctx, {
    kind: store.kind,
    id: before.id,
    namespace: object.namespace,
    action,
    before: store.fields(before, object),
    after: store.fields(after, object),
  });
}
