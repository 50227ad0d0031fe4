/** Who makes a request. */
export interface Actor {
  /** How changes name it: `local`, later a user or a service account. */
  readonly name: string;
  /** What it may do; the local user of an open server may do everything. */
  readonly grants: 'all' | readonly Grant[];
}

/** Permissions on a namespace and on everything below it. */
export interface Grant {
  readonly namespace: string;
  readonly permissions: ReadonlySet<string>;
}

/** The one user of a server that is open for whoever is on this machine. */
export const localActor: Actor = { name: 'local', grants: 'all' };

const covers = (grant: string, namespace: string): boolean =>
  namespace === grant || namespace.startsWith(`${grant}/`);

/** What an actor may do in a namespace: `hidden` where it may do nothing there, so that it must not learn of it. */
export function decideAccess(
  actor: Actor,
  permission: string,
  namespace: string,
): 'allowed' | 'denied' | 'hidden' {
  if (actor.grants === 'all') return 'allowed';
  const here = actor.grants.filter((grant) => covers(grant.namespace, namespace));
  if (here.some((grant) => grant.permissions.has(permission))) return 'allowed';
  return here.some((grant) => grant.permissions.size > 0) ? 'denied' : 'hidden';
}
