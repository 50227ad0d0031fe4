import { PERMISSIONS, type Permission } from './permissions.ts';

/** Roles on a namespace and all below it, from the least to the most. Each has what the one before it has. */
export const ROLES = ['viewer', 'contributor', 'maintainer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who may do what, and who did, is for those who answer for it. */
const FOR_ADMINS: readonly Permission[] = ['grant.read', 'audit.read'];

const READ = PERMISSIONS.filter(
  (permission) => permission.endsWith('.read') && !FOR_ADMINS.includes(permission),
);

const CONTRIBUTE: readonly Permission[] = [
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

const MAINTAIN: readonly Permission[] = [
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

/** What a role may do. An admin of a namespace may do everything there. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: READ,
  contributor: [...READ, ...CONTRIBUTE],
  maintainer: [...READ, ...CONTRIBUTE, ...MAINTAIN],
  admin: PERMISSIONS,
};
