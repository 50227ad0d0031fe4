import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import type { StoredRow } from '../../protocol/kinds.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { lockLivingForShare } from './store.ts';

/** Throws 404 after the grace time: a purge may have begun, and a restored object could lack parts. */
export function demandGrace(
  ctx: RequestContext,
  kind: string,
  { deletedAt, purgeAt }: Pick<StoredRow, 'deletedAt' | 'purgeAt'>,
): void {
  const since = deletedAt ?? ctx.now();
  // A retention rule sets its own grace time.
  const until = purgeAt ?? new Date(since.getTime() + ctx.settings.deleteGrace);
  if (ctx.now() < until) return;
  throw new HttpProblem(
    'not_found',
    `The ${kind} was deleted at ${since.toISOString()}. It can no longer be restored.`,
  );
}

/** Locks the parent of a restored object. Throws 409 if the parent is deleted, or 404 after its grace time. */
export async function demandLivingParent(
  tx: Tx,
  ctx: RequestContext,
  kind: 'model' | 'experiment',
  id: string,
  child: 'version' | 'checkpoint',
): Promise<void> {
  if (await lockLivingForShare(tx, `${kind}s`, id)) return;
  const [parent] = await tx.$queryRawUnsafe<Pick<StoredRow, 'deletedAt'>[]>(
    `SELECT deleted_at AS "deletedAt" FROM ${kind}s WHERE id = $1::uuid`,
    id,
  );
  if (parent) demandGrace(ctx, kind, parent);
  throw new HttpProblem('conflict', `The ${kind} of this ${child} is deleted. Restore the ${kind} first.`, {
    id,
  });
}
