import type { Tx } from '@modelbox/db';
import type { ObjectKind } from '@modelbox/schema';
import type { CrossNamespace } from './cross-namespace.ts';
import type { Located } from './located.ts';

export interface StoredRow {
  readonly id: string;
  readonly rowVersion: number;
  readonly metadata: unknown;
  readonly deletedAt?: Date | null;
  /** Time at which retention may purge the object; null if retention did not delete it. */
  readonly purgeAt?: Date | null;
}

/** The parts of shared writes that differ by kind: how to find, set and describe an object. */
export interface ObjectStore<Row extends StoredRow = StoredRow> {
  readonly kind: ObjectKind;
  find(tx: Tx, id: string): Promise<Row | null>;
  set(tx: Tx, id: string, columns: object): Promise<Row>;
  /** The object's own fields in wire form, as changes record them in `before` and `after`. */
  fields(row: NoInfer<Row>, object: Pick<Located, 'namespace'>): object;
}

export interface Readout<B = unknown> {
  readonly id: string;
  readonly body: B;
  readonly etag?: string;
  /** Undefined if no body of the kind shows an object of another namespace. Required, so that no reader forgets it. */
  readonly crossNamespace: readonly CrossNamespace<B>[] | undefined;
}

/** Bytes of JSON that are left on a page. Each read uses some. */
export interface Room {
  bytes: number;
  /** No row was read yet. The first row fits at any size, so that every page has an item. */
  isEmpty: boolean;
}
