import type { Permission } from '@modelbox/schema';
import { visible } from '../../access/visible.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';

/**
 * Returns conditions on the table `n` of namespaces, with their values: one namespace, and those below it if
 * `recursive`. Without a namespace: all namespaces in which the caller has the permission.
 */
export function namespaceScope(
  ctx: RequestContext,
  permission: Permission,
  namespace: Place | undefined,
  recursive: boolean | undefined,
): { where: string[]; values: unknown[] } {
  if (namespace === undefined) {
    const seen = visible(ctx, permission, '$1');
    return seen ? { where: [seen.where], values: [seen.value] } : { where: [], values: [] };
  }
  // By id, so that the planner can use the index of the objects for the order of the list.
  if (!recursive)
    return namespace.id === null
      ? { where: ['false'], values: [] }
      : { where: ['n.id = $1'], values: [namespace.id] };
  return { where: ['is_at_or_below(n.path, $1)'], values: [namespace.namespace] };
}
