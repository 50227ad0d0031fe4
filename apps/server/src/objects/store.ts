import type { ObjectKind } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { demandMatch } from '../http/preconditions.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Tx } from '../writes/write.ts';
import type { Located } from './located.ts';

/** What the row of every object has. */
export interface StoredRow {
  readonly id: string;
  readonly rowVersion: number;
  readonly metadata: unknown;
  readonly deletedAt?: Date | null;
  /** When retention lets it go for good; null: it did not delete it. */
  readonly purgeAt?: Date | null;
}

/** How one kind of object is locked, written and told about: what differs between kinds in the writes they share. */
export interface ObjectStore<Row extends StoredRow = StoredRow> {
  readonly kind: ObjectKind;
  readonly table: string;
  find(tx: Tx, id: string): Promise<Row | null>;
  /** Sets columns by their Prisma names. */
  set(tx: Tx, id: string, columns: object): Promise<Row>;
  /** The object's own fields in wire form: what changes tell as `before` and `after`. */
  fields(row: NoInfer<Row>, object: Pick<Located, 'namespace'>): object;
}

/**
 * Locks the object's row until the transaction ends and gives it as it is: 404 where it went between being located and
 * being locked, 412 where `If-Match` does not hold.
 */
export async function lockObject<Row extends StoredRow>(
  tx: Tx,
  ctx: RequestContext,
  store: ObjectStore<Row>,
  object: Pick<Located, 'id'>,
): Promise<Row> {
  await tx.$queryRawUnsafe(`SELECT 1 FROM ${store.table} WHERE id = $1::uuid FOR NO KEY UPDATE`, object.id);
  const row = await store.find(tx, object.id);
  if (!row) throw new HttpProblem('not_found', `There is no such ${store.kind} any more.`);
  demandMatch(ctx.ifMatch, row.rowVersion);
  return row;
}

/** Locks a living object, as `lockObject` does: 404 where it was deleted meanwhile. */
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

/** The answer where an object was deleted after the request had located it. */
export const deletedMeanwhile = (kind: ObjectKind, id: string): HttpProblem =>
  new HttpProblem('not_found', `The ${kind} is deleted; it can be restored until it is purged.`, { id });

/** Keeps what something is made from until the transaction ends. 404 where it is deleted or gone. */
export async function holdSource(
  tx: Tx,
  kind: 'version' | 'experiment' | 'checkpoint',
  id: string,
): Promise<void> {
  if (!(await holdLiving(tx, `${kind}s`, id))) throw deletedMeanwhile(kind, id);
}

/**
 * Keeps an object from being deleted until the transaction ends, and lets others do the same: for writes that hang
 * something on it. False where it is deleted or gone.
 */
export async function holdLiving(tx: Tx, table: string, id: string): Promise<boolean> {
  return (
    (
      await tx.$queryRawUnsafe<unknown[]>(
        `SELECT 1 FROM ${table} WHERE id = $1::uuid AND deleted_at IS NULL FOR SHARE`,
        id,
      )
    ).length > 0
  );
}
