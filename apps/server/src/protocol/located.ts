import type { ObjectKind, Permission } from '@modelbox/schema';

/** An object that a request names, and where it lies: what authorization and the verbs need to know of it. */
export interface Located {
  readonly kind: ObjectKind;
  readonly id: string;
  /** The path of the namespace in which it lies; of a namespace its own. */
  readonly namespace: string;
  readonly namespaceId: string;
  /**
   * What its lists range over: the model of a version or proposal, the experiment of a checkpoint, the object of an
   * upload, otherwise the namespace.
   */
  readonly parentId: string;
  /** Its name within the parent; of a checkpoint empty, of an upload the path of its file. */
  readonly name: string;
  /** When it, or the object that it belongs to, was deleted. */
  readonly deletedAt: Date | null;
  /**
   * Changes with every write that its answer shows: its last change, and of a version its aliases. Null where nobody
   * keeps such answers.
   */
  readonly cacheTag: string | null;
}

/** Where an object lies that may not be there yet. */
export type Place = Pick<Located, 'kind' | 'namespace' | 'name'> & {
  readonly id: string | null;
  /** The permission that the request needs there. */
  readonly needs?: Permission;
};

/** A place as the request's body named it. */
export type Mentioned = Place & { readonly mention: string };

/** The objects that a request names, by the names of the touches of its route. A list names several. */
export type Touched = Record<string, (Mentioned | (Located & { mention: string }))[]>;
