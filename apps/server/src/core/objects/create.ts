import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { ObjectStore, StoredRow } from '../../protocol/kinds.ts';
import type { Place } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { newId } from '../names/ids.ts';
import { recordChange } from '../writes/change.ts';
import { ensureNamespace } from '../writes/namespace.ts';
import { write } from '../writes/write.ts';
import { demandVisible } from './new-name.ts';

export interface NewRow {
  readonly id: string;
  readonly namespaceId: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The store of a kind whose objects have a namespace and a name. `Own` are the columns of only this kind. */
export interface NamedStore<Row extends StoredRow, Own> extends ObjectStore<Row> {
  insert(tx: Tx, row: NewRow & Own): Promise<{ count: number }>;
  findNamed(tx: Tx, namespaceId: string, name: string): Promise<Row | null>;
  fields(row: Row | (NewRow & Own), object: { namespace: string }): object;
}

/**
 * Creates an object, and its namespace if it is missing. Returns an existing object unchanged with 200, so that a
 * restarted pipeline can repeat the request. A deleted object keeps its name: 409.
 */
export function createNamed<Row extends StoredRow, Own>(
  ctx: RequestContext,
  store: NamedStore<Row, Own>,
  { namespace: place, name }: { namespace: Place; name: string },
  own: Own,
): Promise<Receipt> {
  const { namespace } = place;
  return write(ctx, async (tx): Promise<Receipt> => {
    const namespaceId = await ensureNamespace(tx, ctx, place);
    const at = ctx.now();
    const row = {
      id: newId(ctx),
      namespaceId,
      name,
      createdBy: ctx.actor.name,
      createdAt: at,
      updatedAt: at,
      ...own,
    };
    const { count } = await store.insert(tx, row);
    if (count === 1) {
      demandVisible('body', '/name', name);
      const after = store.fields(row, { namespace });
      await recordChange(tx, ctx, { kind: store.kind, id: row.id, namespace, action: 'created', after });
      return { status: 201, object: { kind: store.kind, id: row.id } };
    }
    const there = await store.findNamed(tx, namespaceId, name);
    if (there === null)
      throw new HttpProblem(
        'conflict',
        `The ${store.kind} ${namespace}/${name} is being purged. Try again in a moment.`,
      );
    if (!there.deletedAt) return { status: 200, object: { kind: store.kind, id: there.id } };
    const message =
      `The ${store.kind} ${namespace}/${name} is deleted and keeps its name until it is purged. Restore it, or ` +
      'choose another name.';
    throw new HttpProblem('deleted', message, { id: there.id });
  });
}
