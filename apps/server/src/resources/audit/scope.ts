import { namespacesWith } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Wanted } from './find.ts';

/**
 * Limits the filters to what the caller may read. Admins may read entries since the creation of the namespace whose
 * admins they are. Older entries belong to an earlier namespace of that name.
 * @throws HttpProblem forbidden without a namespace, unless the caller is an administrator
 */
export async function scopeOf(
  ctx: RequestContext,
  wanted: Wanted,
  namespace: Place | undefined,
): Promise<Wanted> {
  const { grants } = ctx.actor;
  const theirs = grants === 'all' ? grants : namespacesWith(grants, 'audit.read');
  if (theirs === 'all') return namespace ? { ...wanted, namespace: namespace.namespace } : wanted;
  if (namespace === undefined)
    throw new HttpProblem(
      'forbidden',
      'Only administrators of the server may read the audit of all namespaces. Add the parameter `namespace`, with a ' +
        'namespace on which you have the role `admin`.',
    );
  const path = namespace.namespace;
  const above = theirs.filter((each) => path === each || path.startsWith(`${each}/`));
  const { rows } = await ctx.db.requests.query<{ at: Date | null }>(
    'SELECT min(created_at) AS at FROM namespaces WHERE path = ANY ($1)',
    [above],
  );
  // If none of these namespaces exists any longer, no entry so far is visible.
  const madeAt = rows[0]?.at ?? ctx.now();
  const since =
    wanted.since !== undefined && new Date(wanted.since) > madeAt ? wanted.since : madeAt.toISOString();
  return { ...wanted, namespace: path, since };
}
