/*
 * The rules of docs/access.md, written once more by hand and as plainly as possible. Only tests use them, and the
 * server shares nothing with them.
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

/** The table of docs/access.md, with inherited permissions written out. */
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

export interface NaiveToken {
  readonly principal: string;
  readonly administrator: boolean;
  readonly namespaces: readonly string[] | null;
  readonly permissions: readonly string[] | null;
}

/** A role or a limit of a token applies to a namespace and everything below it. */
export const isAtOrBelow = (namespace: string, top: string): boolean =>
  namespace === top || namespace.startsWith(`${top}/`);

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

export function naiveStatus(
  token: NaiveToken,
  grants: readonly NaiveGrant[],
  permission: string,
  namespace: string,
): 200 | 403 | 404 {
  if (naivelyMay(token, grants, permission, namespace)) return 200;
  return NAIVE_PERMISSIONS.some((any) => naivelyMay(token, grants, any, namespace)) ? 403 : 404;
}
