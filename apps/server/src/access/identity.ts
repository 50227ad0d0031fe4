import type { Actor, Grants } from '@modelbox/domain';
import { type Permission, ROLE_PERMISSIONS, type Role } from '@modelbox/schema';

export interface Identity {
  readonly actor: Actor;
  /** Whether the credentials are valid from an address; absent: from any. */
  readonly isFrom?: (address: string) => boolean;
  /** Milliseconds since 1970 at which the credentials expire. */
  readonly expiresAt: number;
  /** Milliseconds since 1970 at which the cache must look the caller up again; absent: only if rights change. */
  readonly lookAgainAt?: number;
}

/** All holders of a role share one set, because a caller may have roles on thousands of namespaces. */
const PERMISSIONS_OF: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(ROLE_PERMISSIONS.viewer),
  contributor: new Set(ROLE_PERMISSIONS.contributor),
  maintainer: new Set(ROLE_PERMISSIONS.maintainer),
  admin: new Set(ROLE_PERMISSIONS.admin),
};

export const ROLES_OF_PRINCIPALS = `
  SELECT n.path, g.role FROM grants g JOIN namespaces n ON n.id = g.namespace_id WHERE g.principal = ANY ($1::text[])`;

/** Returns permissions by namespace from rows of roles. If a path has several roles, the largest one applies. */
export function grantsOf(held: readonly { path: string; role: Role }[]): Grants {
  const grants = new Map<string, ReadonlySet<Permission>>();
  for (const { path, role } of held) {
    const more = PERMISSIONS_OF[role];
    const there = grants.get(path);
    // Each role includes the permissions of the lesser roles.
    if (there === undefined || more.size > there.size) grants.set(path, more);
  }
  return grants;
}
