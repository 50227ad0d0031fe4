import { Prisma } from '@modelbox/db';
import { type Grants, namespacesWith } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';
import type { RequestContext } from '../protocol/context.ts';

/** A condition on the namespace `n`: the caller has the permission there. Undefined if the caller has it everywhere. */
export function visible({ actor }: RequestContext, permission: Permission): Prisma.Sql | undefined {
  if (actor.grants === 'all') return undefined;
  const paths = pathsWith(actor.grants, permission);
  if (paths === undefined) return undefined;
  // Looks each ancestor path up in the caller's paths. Postgres hashes them, so 1,000 paths cost a row no more than
  // ten.
  return Prisma.sql`EXISTS (
    SELECT 1 FROM string_to_array(n.path, '/') AS s, generate_series(1, cardinality(s)) AS depth
    WHERE array_to_string(s[1:depth], '/') = ANY (${paths}::text[]))`;
}

/** Cached by grants, which requests of the same caller share. */
const known = new WeakMap<Grants, Map<string, string | undefined>>();

/** The namespaces with a permission as a Postgres array literal; undefined if all namespaces have it. */
function pathsWith(grants: Grants, permission: Permission): string | undefined {
  const there = known.get(grants) ?? new Map<string, string | undefined>();
  known.set(grants, there);
  if (!there.has(permission)) {
    const paths = namespacesWith(grants, permission);
    there.set(permission, paths === 'all' ? undefined : `{${paths.map(quoted).join(',')}}`);
  }
  return there.get(permission);
}

const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
