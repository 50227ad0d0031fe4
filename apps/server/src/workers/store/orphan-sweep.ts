import { setTimeout as pause } from 'node:timers/promises';
import type { BlobStat } from '@modelbox/blobs';
import { knownKeys } from '../../content/copies/known-keys.ts';
import type { Context } from '../../protocol/context.ts';
import { eachOnItsOwn, type Loop, startLoop } from '../../runtime/loop.ts';
import { deletePending } from './blob-sweep.ts';
import { storeTime } from './store-time.ts';

const INTERVAL = 6 * 3_600_000;
/** Milliseconds after which an upload that left something in the store without a row is certainly over. */
const AGE = 24 * 3_600_000;
/** Keys that are looked up at once, and milliseconds between: the walk is not to be felt. */
const BATCH = 200;
const PAUSE = 50;
/** Orphans of one walk at most: the next one finds the others. */
const MOST = 10_000;

/** Removes what uploads that were cut off by a crash have left in the store. */
export function startOrphanSweep(ctx: Context): Loop {
  return startLoop('orphan-sweep', INTERVAL, ctx.log, async (stopping) => {
    if (!(await ctx.clock.judgesAge())) return;
    const before = new Date((await storeTime(ctx)).getTime() - AGE);
    await eachOnItsOwn([
      async () => {
        const swept = await ctx.blobs.sweepTemporary(before, await liveUploads(ctx));
        if (swept > 0) ctx.log.info({ swept }, 'removed temporary data of interrupted uploads');
      },
      () => sweepOrphans(ctx, before, stopping),
    ]);
  });
}

/** The keys of uploads that the store may still hold something of: those are not over, however old they are. */
export async function liveUploads(ctx: Context): Promise<Set<string>> {
  const { rows } = await ctx.db.background.query<{ key: string }>(
    'SELECT key FROM uploads WHERE cleaned_at IS NULL',
  );
  return new Set(rows.map((row) => row.key));
}

/**
 * Removes content that lies in the store since before a time and has no row. Not where that is more than what has one:
 * then this is the store of another database, or the database an old one, and nothing may be lost by that.
 */
export async function sweepOrphans(ctx: Context, before: Date, stopping?: AbortSignal): Promise<void> {
  const { orphans, known, unknown } = await findOrphans(ctx, before, stopping);
  if (unknown > known) {
    ctx.log.warn(
      { unknown, known },
      'the store has more unknown than known objects, so nothing was removed: check that the store belongs to this database',
    );
    return;
  }
  const marked = await markOrphans(ctx, orphans);
  if (marked > 0) ctx.log.info({ orphans: marked }, 'removing content that no row of the database refers to');
  await deletePending(ctx, stopping);
}

/** Walks the store: what lies there since before a time without a row, how many those are, and how many have one. */
export async function findOrphans(
  ctx: Context,
  before: Date,
  stopping?: AbortSignal,
): Promise<{ orphans: BlobStat[]; unknown: number; known: number }> {
  const orphans: BlobStat[] = [];
  let known = 0;
  let unknown = 0;
  let batch: BlobStat[] = [];
  const look = async () => {
    const found = await knownKeys(ctx, batch);
    const missing = batch.filter((blob) => !found.has(blob.key));
    known += found.size;
    unknown += missing.length;
    orphans.push(...missing.slice(0, MOST - orphans.length));
    batch = [];
  };
  for await (const blob of ctx.blobs.list({ olderThan: before })) {
    stopping?.throwIfAborted();
    batch.push(blob);
    if (batch.length < BATCH) continue;
    await look();
    await pause(PAUSE, undefined, stopping ? { signal: stopping } : {});
  }
  if (batch.length > 0) await look();
  return { orphans, unknown, known };
}

/** Marks those of the orphans that still have no row, and answers how many. */
export async function markOrphans(ctx: Context, orphans: readonly BlobStat[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < orphans.length; at += BATCH) {
    const batch = orphans.slice(at, at + BATCH);
    const { rows } = await ctx.db.background.query<{ count: number }>(
      'SELECT doom_strays($1, $2, $3) AS count',
      [batch.map((blob) => blob.key), batch.map((blob) => blob.sizeBytes), ctx.now()],
    );
    count += rows[0]?.count ?? 0;
  }
  return count;
}
