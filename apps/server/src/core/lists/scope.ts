import { visible } from '../../access/visible.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';

/**
 * Conditions on `n`, the namespace, and values: the namespace asked for, with those below it where `recursive`; without
 * one all in which the caller has the permission. Who has it on a namespace has it on those below.
 */
export function namespaceScope(
  ctx: RequestContext,
  permission: string,
  namespace: Place | undefined,
  recursive: boolean | undefined,
): { where: string[]; values: unknown[] } {
  if (namespace === undefined) {
    const seen = visible(ctx, permission, '$1');
    return seen ? { where: [seen.where], values: [seen.value] } : { where: [], values: [] };
  }
  // By id, so that the planner knows of the objects' own column and takes their index of the list's order.
  if (!recursive)
    return namespace.id === null
      ? { where: ['false'], values: [] }
      : { where: ['n.id = $1'], values: [namespace.id] };
  return { where: ["(n.path = $1 OR starts_with(n.path, $1 || '/'))"], values: [namespace.namespace] };
}
