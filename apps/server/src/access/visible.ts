import { namespacesWith } from '@modelbox/domain';
import type { RequestContext } from '../context.ts';

/**
 * A condition on `n`, a namespace, that holds where the caller has a permission, and the value that it takes; undefined
 * where it holds everywhere.
 * @param param the place of the value, `$1`.
 */
export function visible(
  { actor }: RequestContext,
  permission: string,
  param: string,
): { where: string; value: string[] } | undefined {
  const paths = namespacesWith(actor, permission);
  if (paths === 'all') return undefined;
  return {
    where: `EXISTS (SELECT 1 FROM unnest(${param}::text[]) AS g (path) WHERE n.path = g.path OR starts_with(n.path, g.path || '/'))`,
    value: paths,
  };
}
