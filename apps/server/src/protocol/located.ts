import { type ObjectKind, type Permission, type Route, subjectsOf } from '@modelbox/schema';

/** An object that a request names, with the facts that authorization and the verbs need. */
export interface Located {
  readonly kind: ObjectKind;
  readonly id: string;
  /** Path of the namespace that contains the object; for a namespace its own path. */
  readonly namespace: string;
  readonly namespaceId: string;
  /**
   * The scope of the object's lists: the model of a version or proposal, the experiment of a checkpoint, the object of
   * an upload, otherwise the namespace.
   */
  readonly parentId: string;
  /** Name within the parent. Empty for a checkpoint; the path of the file for an upload. */
  readonly name: string;
  /** Time at which the object, or its parent, was deleted. */
  readonly deletedAt: Date | null;
  /**
   * Cache tag: changes with every write that the answer shows, for a version also with its aliases. Null if answers of
   * this kind are not cached.
   */
  readonly cacheTag: string | null;
}

export type Place = Pick<Located, 'kind' | 'namespace' | 'name'> & {
  readonly id: string | null;
  readonly needs?: Permission;
};

export type Mentioned = Place & { readonly mention: string };

/** The objects that a request names, by the touches of its route. A list names several. */
export type Touched = Record<string, (Mentioned | (Located & { mention: string }))[]>;

/** The object that a request is about. Undefined if the request names none, or if it was not located yet. */
export const subjectOf = (route: Route, touched: Touched): Touched[string][number] | undefined =>
  subjectsOf(route).flatMap((name) => touched[name] ?? [])[0];
