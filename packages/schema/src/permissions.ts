import { ROLES, type Role } from './define-resource.ts';
import { RESOURCES } from './resources.ts';

type PermissionsOf<R> = R extends { readonly kind: infer K extends string; readonly permissions: infer P }
  ? `${K}.${keyof P & string}`
  : never;

/** For example `dataset.read`. A route declares which permission it needs on each object that it touches. */
export type Permission = PermissionsOf<(typeof RESOURCES)[number]>;

/** Each permission with the lowest role that has it. */
const LOWEST_ROLES = RESOURCES.flatMap(({ kind, permissions }) =>
  Object.entries(permissions).map(([action, role]) => ({
    permission: `${kind}.${action}` as Permission,
    lowest: role as Role,
  })),
);

export const PERMISSIONS: readonly Permission[] = LOWEST_ROLES.map(({ permission }) => permission);

const permissionsUpTo = (role: Role): readonly Permission[] =>
  LOWEST_ROLES.filter(({ lowest }) => ROLES.indexOf(lowest) <= ROLES.indexOf(role)).map(
    ({ permission }) => permission,
  );

/** The permissions of each role. An admin of a namespace has all. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: permissionsUpTo('viewer'),
  contributor: permissionsUpTo('contributor'),
  maintainer: permissionsUpTo('maintainer'),
  admin: PERMISSIONS,
};
