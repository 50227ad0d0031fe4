import type { Tx } from '@modelbox/db';
import type { ObjectKind } from '@modelbox/schema';
import type { CrossNamespace } from './cross-namespace.ts';
import type { Located } from './located.ts';

/** The columns that the row of every object has. */
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
  find(tx: Tx, id: string): Promise<Row | null>;
  /** Sets columns by their Prisma names. */
  set(tx: Tx, id: string, columns: object): Promise<Row>;
  /** The object's own fields in wire form: what changes tell as `before` and `after`. */
  fields(row: NoInfer<Row>, object: Pick<Located, 'namespace'>): object;
}

/** An object that was read: its wire form, and its ETag if it has one. */
export interface Readout<B = unknown> {
  readonly id: string;
  readonly body: B;
  readonly etag?: string;
  /** The parts that show other namespaces. */
  readonly crossNamespace?: readonly CrossNamespace<B>[];
}

/** The room that is left on a page, in bytes of JSON. Reading uses it up. */
export interface Room {
  bytes: number;
  /** Nothing was read yet. The first row fits at any size, so that every page has an item. */
  isEmpty: boolean;
}
