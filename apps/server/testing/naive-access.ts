/*
 * The rules of docs/access.md written once more, as plainly as can be, by hand and for tests alone: nothing of this is
 * shared with what the server does.
 */

const READS = [
  'namespace.read',
  'model.read',
  'version.read',
  'experiment.read',
  'checkpoint.read',
  'dataset.read',
  'file.read',
  'metric.read',
  'event.read',
  'policy.read',
];
const MAKES = [
  'model.create',
  'version.create',
  'version.write',
  'experiment.create',
  'experiment.write',
  'checkpoint.create',
  'checkpoint.write',
  'dataset.create',
  'dataset.write',
  'file.write',
  'metric.write',
  'event.write',
];
const DECIDES = [
  'namespace.write',
  'namespace.delete',
  'model.write',
  'model.delete',
  'version.delete',
  'alias.move',
  'experiment.delete',
  'checkpoint.delete',
  'policy.write',
  'proposal.decide',
  'hold.write',
];
const GOVERNS = ['namespace.quota', 'alias.protect', 'grant.read', 'grant.write', 'audit.read'];

export const NAIVE_PERMISSIONS = [...READS, ...MAKES, ...DECIDES, ...GOVERNS];

/** The table of the page, with all that a row says "also" to. */
const MAY: Record<string, string[]> = {
  viewer: READS,
  contributor: [...READS, ...MAKES],
  maintainer: [...READS, ...MAKES, ...DECIDES],
  admin: NAIVE_PERMISSIONS,
};

export interface NaiveGrant {
  readonly principal: string;
  readonly namespace: string;
  readonly role: string;
}

/** A token: whose it is, and to what it is narrowed. */
export interface NaiveToken {
  readonly principal: string;
  readonly administrator: boolean;
  readonly namespaces: readonly string[] | null;
  readonly permissions: readonly string[] | null;
}

/** A role or a narrowing holds on a namespace and on everything below it. */
export const isAtOrBelow = (namespace: string, top: string): boolean =>
  namespace === top || namespace.startsWith(`${top}/`);

/** Whether a token may do something in a namespace. */
export function naivelyMay(
  { principal, administrator, namespaces, permissions }: NaiveToken,
  grants: readonly NaiveGrant[],
  permission: string,
  namespace: string,
): boolean {
  if (namespaces !== null && !namespaces.some((top) => isAtOrBelow(namespace, top))) return false;
  if (permissions !== null && !permissions.includes(permission)) return false;
  if (administrator) return true;
  for (const grant of grants)
    if (grant.principal === principal && isAtOrBelow(namespace, grant.namespace))
      if (MAY[grant.role]?.includes(permission)) return true;
  return false;
}

/** How a request is answered that needs a permission in a namespace, where the object is there. */
export function naiveStatus(
  token: NaiveToken,
  grants: readonly NaiveGrant[],
  permission: string,
  namespace: string,
): 200 | 403 | 404 {
  if (naivelyMay(token, grants, permission, namespace)) return 200;
  return NAIVE_PERMISSIONS.some((any) => naivelyMay(token, grants, any, namespace)) ? 403 : 404;
}
