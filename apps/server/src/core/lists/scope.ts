import { Prisma } from '@modelbox/db';
import type { Permission } from '@modelbox/schema';
import { visible } from '../../access/visible.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';

/**
 * Conditions on the namespace `n`. They select the requested namespace, with those below it if `recursive`. Without a
 * requested namespace, they select all in which the caller has the permission.
 * A permission on a namespace extends to those below.
 */
export function namespaceScope(
  ctx: RequestContext,
  permission: Permission,
  namespace: Place | undefined,
  recursive: boolean | undefined,
): Prisma.Sql[] {
  if (namespace === undefined) {
    const seen = visible(ctx, permission);
    return seen ? [seen] : [];
  }
  if (recursive) return [Prisma.sql`is_at_or_below(n.path, ${namespace.namespace})`];
  // By id, so that the planner can use the index of the objects for the order of the list.
  return [namespace.id === null ? Prisma.sql`false` : Prisma.sql`n.id = ${namespace.id}::uuid`];
}
