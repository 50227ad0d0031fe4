import { decideAccess } from '@modelbox/domain';
import { type Permission, ROLE_PERMISSIONS, ROLES } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';

export interface Claimant {
  readonly principals: string[];
  /** Empty if the caller does not have all permissions of any role, for example because of a narrowed token. */
  readonly role: string;
}

export function claimantOf({ actor }: Pick<RequestContext, 'actor'>, namespace: string): Claimant {
  const has = (permission: Permission) => decideAccess(actor, permission, namespace) === 'allowed';
  const role = ROLES.findLast((each) => ROLE_PERMISSIONS[each].every(has)) ?? '';
  return { principals: [actor.name, ...[...(actor.groups ?? [])].sort()], role };
}
