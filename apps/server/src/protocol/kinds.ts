import type { Tx } from '@modelbox/db';
import type { ObjectKind } from '@modelbox/schema';
import type { Foreign } from './cross-namespace.ts';
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

/** What a read gives: the wire form, and the ETag where the object has one. */
export interface Readout<B = unknown> {
  readonly id: string;
  readonly body: B;
  readonly etag?: string;
  /** What it shows of other namespaces. */
  readonly foreign?: readonly Foreign<B>[];
}

/** What is left of a page: bytes of JSON. Reading takes from it. */
export interface Room {
  bytes: number;
  /** Nothing was read: the first row comes at any size, so that every page shows something. */
  isEmpty: boolean;
}
