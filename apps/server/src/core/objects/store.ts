import type { Tx } from '@modelbox/db';
import { type ObjectKind, TABLES } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import { demandMatch } from '../../protocol/http/preconditions.ts';
import type { ObjectStore, StoredRow } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/**
 * Locks the row of an object until the transaction ends, and returns the row. Throws 404 if the object is gone, and 412
 * if `If-Match` does not match.
 */
export async function lockObject<Row extends StoredRow>(
  tx: Tx,
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Pick<Located, 'id'>,
): Promise<Row> {
  await tx.$queryRawUnsafe(
    `SELECT 1 FROM ${TABLES[store.kind]} WHERE id = $1::uuid FOR NO KEY UPDATE`,
    object.id,
  );
  const row = await store.find(tx, object.id);
  if (!row) throw new HttpProblem('not_found', `The ${store.kind} no longer exists.`);
  demandMatch(ctx.ifMatch, row.rowVersion);
  return row;
}

/** Locks an object like `lockObject`. Also throws 404 if it is deleted. */
export async function lockLiving<Row extends StoredRow>(
  tx: Tx,
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Pick<Located, 'id'>,
): Promise<Row> {
  const row = await lockObject(tx, ctx, store, object);
  if (row.deletedAt) throw deletedMeanwhile(store.kind, row.id);
  return row;
}

/** The error for an object that was deleted after the request located it. */
export const deletedMeanwhile = (kind: ObjectKind, id: string): HttpProblem =>
  new HttpProblem('not_found', `The ${kind} is deleted. It can be restored until it is purged.`, { id });

/** The error for an object that is deleted, but can still be restored. */
export const deleted = ({ kind, id, deletedAt }: Located): HttpProblem =>
  new HttpProblem(
    'not_found',
    `The ${kind} was deleted at ${deletedAt?.toISOString()}. It can be restored until it is purged.`,
    { id },
  );

/**
 * Locks the source of a new object against deletion until the transaction ends. Throws 404 if it is deleted or gone.
 */
export async function lockSource(
  tx: Tx,
  kind: 'version' | 'experiment' | 'checkpoint',
  id: string,
): Promise<void> {
  if (!(await lockLivingForShare(tx, `${kind}s`, id))) throw deletedMeanwhile(kind, id);
}

/**
 * Locks an object against deletion until the transaction ends, for a write that adds something to it. The lock is
 * shared. Returns false if the object is deleted or gone.
 */
export async function lockLivingForShare(tx: Tx, table: string, id: string): Promise<boolean> {
  return (
    (
      await tx.$queryRawUnsafe<unknown[]>(
        `SELECT 1 FROM ${table} WHERE id = $1::uuid AND deleted_at IS NULL FOR SHARE`,
        id,
      )
    ).length > 0
  );
}
