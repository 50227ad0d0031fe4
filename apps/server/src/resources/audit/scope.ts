import { namespacesWith } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Wanted } from './find.ts';

/**
 * What of the audit a caller may read of what is wanted. Of a namespace those read who are its admins, from when it, or
 * the one above that they are admins of, was made: what was there before under the same name was somebody else's.
 * @throws HttpProblem forbidden: 403 without a namespace, but for administrators
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
      'Only administrators may read the whole audit. Admins of a namespace may read its audit with `namespace`.',
    );
  const path = namespace.namespace;
  const above = theirs.filter((each) => path === each || path.startsWith(`${each}/`));
  const { rows } = await ctx.db.requests.query<{ at: Date | null }>(
    'SELECT min(created_at) AS at FROM namespaces WHERE path = ANY ($1)',
    [above],
  );
  // Where none is there any more: from now on.
  const madeAt = rows[0]?.at ?? ctx.now();
  const since =
    wanted.since !== undefined && new Date(wanted.since) > madeAt ? wanted.since : madeAt.toISOString();
  return { ...wanted, namespace: path, since };
}
