import { inTransaction } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { type Loop, startLoop } from '../../runtime/loop.ts';
import { isBackingUp } from './backing-up.ts';

const INTERVAL = 600_000;
/** Rows that a transaction reads, and rows that it locks: few, so that uploads of the same content never wait long. */
const PAGE = 5_000;
const BATCH = 200;
/** Milliseconds for which the key of removed content is kept: far longer than an upload needs to commit its content. */
const KEEP_DELETED_FOR = 7 * 86_400_000;
const AT_ONCE = 8;

/** Removes content a grace time after the sweep first found it unreferenced. */
export function startBlobSweep(ctx: Context): Loop {
  return startLoop('blob-sweep', INTERVAL, ctx.log, async (stopping) => {
    await sweepBlobs(ctx, stopping);
    await deletePending(ctx, stopping);
  });
}

/**
 * Notes the time at which content lost its last file, and schedules its deletion after the grace time. Several servers
 * may run it at once.
 */
export async function sweepBlobs(ctx: Context, stopping?: AbortSignal): Promise<void> {
  if (!(await ctx.clock.judgesAge())) return;
  const now = ctx.now();
  let last: string | null = '00000000-0000-0000-0000-000000000000';
  while (last !== null && !stopping?.aborted)
    last = await ask<string | null>(ctx, 'mark_unreferenced($1, $2, $3)', [last, PAGE, now]);
  const before = new Date(now.getTime() - ctx.settings.blobGrace);
  while (!stopping?.aborted && (await ctx.clock.judgesAge()))
    if ((await ask<number>(ctx, 'sweep_blobs($1, $2, $3)', [before, BATCH, now])) < BATCH) return;
}

const ask = <T>(ctx: Context, call: string, values: unknown[]): Promise<T> =>
  inTransaction(
    ctx.db.background,
    async (client) =>
      (await client.query<{ answer: T }>(`SELECT ${call} AS answer`, values)).rows[0]?.answer as T,
  );

interface PendingDeletion {
  readonly key: string;
  readonly size: number;
  readonly at: Date;
}

/**
 * Deletes all content that is pending deletion from the store. Failures are retried in the next round. Deleted keys are
 * kept for some days, so that a late commit of an upload cannot refer to a deleted key.
 */
export async function deletePending(ctx: Context, stopping?: AbortSignal): Promise<void> {
  let after: Pick<PendingDeletion, 'at' | 'key'> = { at: new Date(0), key: '' };
  let bytes = 0;
  const failures: unknown[] = [];
  const remove = async (pending: PendingDeletion) => {
    try {
      await ctx.blobs.delete(pending.key);
      const text = 'UPDATE pending_deletions SET removed_at = $2 WHERE key = $1 AND removed_at IS NULL';
      // If two servers removed it at once, only one of them counts it.
      if ((await ctx.db.background.query(text, [pending.key, ctx.now()])).rowCount === 0) return;
      ctx.telemetry.reclaimed(pending.size);
      bytes += pending.size;
    } catch (error) {
      failures.push(error);
    }
  };
  for (let isMore = true; isMore && !stopping?.aborted; ) {
    const { rows } = await ctx.db.background.query<PendingDeletion>(
      `SELECT key, size_bytes AS size, requested_at AS at FROM pending_deletions
       WHERE removed_at IS NULL AND (requested_at, key) > ($1, $2) ORDER BY requested_at, key LIMIT $3`,
      [after.at, after.key, BATCH],
    );
    if (rows.length > 0 && (await isBackingUp(ctx))) return;
    for (let at = 0; at < rows.length && !stopping?.aborted; at += AT_ONCE)
      await Promise.all(rows.slice(at, at + AT_ONCE).map(remove));
    isMore = rows.length === BATCH;
    after = rows.at(-1) ?? after;
  }
  if (await ctx.clock.judgesAge()) await forgetDeleted(ctx, stopping);
  if (bytes > 0) ctx.log.info({ bytes }, 'removed content that no file refers to');
  if (failures.length > 0)
    throw new AggregateError(failures, 'content that is pending deletion could not be removed');
}

/** Deletes old removed keys in batches. Concurrent servers skip each other's rows. */
async function forgetDeleted(ctx: Context, stopping?: AbortSignal): Promise<void> {
  const before = new Date(ctx.now().getTime() - KEEP_DELETED_FOR);
  const text = `DELETE FROM pending_deletions WHERE key IN (
    SELECT key FROM pending_deletions WHERE removed_at < $1 ORDER BY removed_at LIMIT $2 FOR UPDATE SKIP LOCKED)`;
  for (let count = BATCH; count >= BATCH && !stopping?.aborted; )
    count = (await ctx.db.background.query(text, [before, BATCH])).rowCount ?? 0;
}
