import { ROLES, type Role } from './define-resource.ts';
import { RESOURCES } from './resources.ts';

type PermissionsOf<R> = R extends { readonly kind: infer K extends string; readonly permissions: infer P }
  ? `${K}.${keyof P & string}`
  : never;

/** `dataset.read`: a route declares which permission it needs on each object that it touches. */
export type Permission = PermissionsOf<(typeof RESOURCES)[number]>;

const LEAST_ROLES = new Map(
  RESOURCES.flatMap(({ kind, permissions }) =>
    Object.entries(permissions).map(([action, role]) => [`${kind}.${action}` as Permission, role as Role]),
  ),
);

/** All permissions. A route declares the permission that it needs on each touched object. */
export const PERMISSIONS: readonly Permission[] = [...LEAST_ROLES.keys()];

const permissionsOf = (role: Role): Permission[] =>
  PERMISSIONS.filter(
    (permission) => ROLES.indexOf(LEAST_ROLES.get(permission) ?? 'admin') <= ROLES.indexOf(role),
  );

/** The permissions of each role. An admin of a namespace has all. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: permissionsOf('viewer'),
  contributor: permissionsOf('contributor'),
  maintainer: permissionsOf('maintainer'),
  admin: PERMISSIONS,
};
