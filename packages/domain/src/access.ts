import type { Permission } from '@modelbox/schema';

/** The caller of a request. */
export interface Actor {
  /** The name in changes: `local`, `user:ann@example.com`, `service:trainer`. */
  readonly name: string;
  readonly groups?: readonly string[];
  /** The token that identified the caller. */
  readonly tokenId?: string;
  /** Whether that token allows less than its principal may do. */
  readonly isNarrowed?: boolean;
  /** Whether the token works only from some networks. */
  readonly isBoundToNetworks?: boolean;
  /** `all` for administrators and for the local user of an open server. */
  readonly grants: 'all' | Grants;
}

/** Permissions by namespace path, for that namespace and everything below it. The empty path covers all namespaces. */
export type Grants = ReadonlyMap<string, ReadonlySet<Permission>>;

/** Whether a list of principals (users, services and groups) includes the actor. */
export const isNamed = (
  { name, groups }: Pick<Actor, 'name' | 'groups'>,
  principals: readonly string[],
): boolean => principals.some((each) => each === name || groups?.includes(each));

/** The caller of every request to an open server. */
export const localActor: Actor = { name: 'local', grants: 'all' };

/** Yields a path and its parents, the nearest first, ending with the empty path. */
function* pathsUp(path: string): Generator<string> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) yield at;
  yield '';
}

/** Lists a namespace and all above it, the nearest first: `a/b` and `a` for `a/b`. */
export const pathsAbove = (namespace: string): string[] =>
  [...pathsUp(namespace)].filter((path) => path !== '');

/**
 * Decides the access of an actor to a namespace. `hidden`: the actor has no permission there, so it must not learn
 * that the namespace exists.
 */
export function decideAccess(
  actor: Actor,
  permission: Permission,
  namespace: string,
): 'allowed' | 'denied' | 'hidden' {
  const { grants } = actor;
  if (grants === 'all') return 'allowed';
  let decision: 'denied' | 'hidden' = 'hidden';
  for (const path of pathsUp(namespace)) {
    const here = grants.get(path);
    if (here?.has(permission)) return 'allowed';
    if (here !== undefined && here.size > 0) decision = 'denied';
  }
  return decision;
}

/** Returns the namespaces on which grants give a permission: `all`, or their paths. */
export function namespacesWith(grants: Grants, permission: Permission): 'all' | string[] {
  const paths = [...grants].flatMap(([path, permissions]) => (permissions.has(permission) ? [path] : []));
  return paths.includes('') ? 'all' : paths;
}

/**
 * Restricts grants to what a narrowed token allows.
 * @param every all permissions, the meaning of `all`.
 * @param namespaces only these and below; null: all.
 * @param permissions only these; null: all.
 */
export function narrowGrants(
  grants: 'all' | Grants,
  {
    every,
    namespaces,
    permissions,
  }: {
    every: readonly Permission[];
    namespaces: readonly string[] | null;
    permissions: readonly Permission[] | null;
  },
): 'all' | Grants {
  if (namespaces === null && permissions === null) return grants;
  const whole: Grants = grants === 'all' ? new Map([['', new Set(every)]]) : grants;
  const narrowed = new Map<string, ReadonlySet<Permission>>();
  const add = (path: string, held: Iterable<Permission>) => {
    const left = [...held].filter((each) => permissions === null || permissions.includes(each));
    narrowed.set(path, new Set([...(narrowed.get(path) ?? []), ...left]));
  };
  if (namespaces === null) for (const [path, held] of whole) add(path, held);
  for (const root of namespaces ?? []) {
    for (const [path, held] of grantsWithin(whole, root)) add(path, held);
  }
  return narrowed;
}

/** Yields the grants that apply to a namespace or below it. Grants of its parents apply to the namespace itself. */
function* grantsWithin(grants: Grants, root: string): Generator<[path: string, held: Iterable<Permission>]> {
  for (const above of pathsUp(root)) yield [root, grants.get(above) ?? []];
  for (const [path, held] of grants) if (path.startsWith(`${root}/`)) yield [path, held];
}
