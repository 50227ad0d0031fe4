import type { Actor, Grants } from '@modelbox/domain';
import { ROLE_PERMISSIONS, type Role } from '@modelbox/schema';

/** What is known of credentials. */
export interface Identity {
  readonly actor: Actor;
  /** Whether it counts from an address; absent: from any. */
  readonly isFrom?: (address: string) => boolean;
  /** Until when it counts, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When it must be looked up again, in milliseconds since 1970; absent: as soon as something of it changes. */
  readonly lookAgainAt?: number;
}

/** Every holder of a role shares one set: somebody can have roles on thousands of namespaces. */
const PERMISSIONS_OF: Readonly<Record<Role, ReadonlySet<string>>> = {
  viewer: new Set(ROLE_PERMISSIONS.viewer),
  contributor: new Set(ROLE_PERMISSIONS.contributor),
  maintainer: new Set(ROLE_PERMISSIONS.maintainer),
  admin: new Set(ROLE_PERMISSIONS.admin),
};

/** The roles of principals, `$1`, by the paths of namespaces. */
export const ROLES_OF_PRINCIPALS = `
  SELECT n.path, g.role FROM grants g JOIN namespaces n ON n.id = g.namespace_id WHERE g.principal = ANY ($1::text[])`;

/** Permissions by namespace, of roles as the database tells them: all that somebody has on a path count together. */
export function grantsOf(held: readonly { path: string; role: Role }[]): Grants {
  const grants = new Map<string, ReadonlySet<string>>();
  for (const { path, role } of held) {
    const more = PERMISSIONS_OF[role];
    const there = grants.get(path);
    // Each role has what the lesser ones have.
    if (there === undefined || more.size > there.size) grants.set(path, more);
  }
  return grants;
}
