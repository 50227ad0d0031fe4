import { type Grants, namespacesWith } from '@modelbox/domain';
import type { RequestContext } from '../protocol/context.ts';

/**
 * A condition on `n`, a namespace, that holds where the caller has a permission, and the value that it takes; undefined
 * where it holds everywhere.
 * @param param the place of the value, `$1`.
 */
export function visible(
  { actor }: RequestContext,
  permission: string,
  param: string,
): { where: string; value: string } | undefined {
  if (actor.grants === 'all') return undefined;
  const value = pathsWith(actor.grants, permission);
  if (value === undefined) return undefined;
  // Each path above is looked up in the caller's, which Postgres hashes: 1,000 of them cost a row as little as ten.
  return {
    where: `EXISTS (SELECT 1 FROM string_to_array(n.path, '/') AS s, generate_series(1, cardinality(s)) AS depth
                    WHERE array_to_string(s[1:depth], '/') = ANY (${param}::text[]))`,
    value,
  };
}

/** By what a caller may do, which is remembered from one request to the next. */
const known = new WeakMap<Grants, Map<string, string | undefined>>();

/** The namespaces with a permission as Postgres reads an array; undefined where they are all. */
function pathsWith(grants: Grants, permission: string): string | undefined {
  const there = known.get(grants) ?? new Map<string, string | undefined>();
  known.set(grants, there);
  if (!there.has(permission)) {
    const paths = namespacesWith(grants, permission);
    there.set(permission, paths === 'all' ? undefined : `{${paths.map(quoted).join(',')}}`);
  }
  return there.get(permission);
}

const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
