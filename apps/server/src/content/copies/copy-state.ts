import type { Context } from '../../protocol/context.ts';
import type { Copy, Fault } from './look.ts';

type CopyContext = Pick<Context, 'db' | 'now' | 'log' | 'wakeups'>;

/**
 * Stores the result of two checks of a copy: marks its blob, or removes the mark after a good read. A worker then
 * updates the states of its files.
 * @returns whether the key still belongs to the blob. If not, the copy was replaced or removed meanwhile.
 */
export async function recordCopyState(
  ctx: CopyContext,
  copy: Copy,
  fault: Fault | undefined,
): Promise<boolean> {
  const { rows } = await ctx.db.background.query<{ was: Date | null }>(
    `UPDATE blobs b SET verified_at = $2, verify_claimed_at = NULL, suspect_at = NULL,
       corrupt_at = CASE WHEN $3 THEN coalesce(b.corrupt_at, $2) END
     FROM (SELECT id, corrupt_at AS was FROM blobs WHERE key = $1 FOR NO KEY UPDATE) AS before
     WHERE b.id = before.id RETURNING was`,
    [copy.key, ctx.now(), fault !== undefined],
  );
  const [before] = rows;
  if (before === undefined) return false;
  if (fault !== undefined && before.was === null)
    ctx.log.error({ sha256: copy.sha256, key: copy.key, fault }, 'stored content is damaged or missing');
  if ((fault !== undefined) !== (before.was !== null)) ctx.wakeups.marked.wake();
  return true;
}

/** Marks a copy as suspect after a reader got wrong bytes. A worker reads the copy again and decides. */
export async function suspectCopy({ db, now, wakeups }: CopyContext, key: string): Promise<void> {
  const text =
    'UPDATE blobs SET suspect_at = $2 WHERE key = $1 AND suspect_at IS NULL AND corrupt_at IS NULL';
  if ((await db.background.query(text, [key, now()])).rowCount === 1) wakeups.suspected.wake();
}
