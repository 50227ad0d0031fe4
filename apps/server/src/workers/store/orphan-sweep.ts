import { setTimeout as pause } from 'node:timers/promises';
import type { BlobStat } from '@modelbox/blobs';
import { knownKeys } from '../../content/copies/known-keys.ts';
import type { Context } from '../../protocol/context.ts';
import { eachOnItsOwn, type Loop, startLoop } from '../../runtime/loop.ts';
import { deletePending } from './blob-sweep.ts';
import { storeTime } from './store-time.ts';

const INTERVAL = 6 * 3_600_000;
/** Milliseconds after which an upload without a row has certainly ended. */
const AGE = 24 * 3_600_000;
/** Keys per lookup, and milliseconds between lookups: the walk must not slow down requests. */
const BATCH = 200;
const PAUSE = 50;
/** Most orphans per walk. The next walk finds the rest. */
const MOST = 10_000;

/** Removes objects in the store that crashed uploads left behind. */
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

/** Returns the keys of uploads whose data may still be in the store. They have not ended, regardless of their age. */
export async function liveUploads(ctx: Context): Promise<Set<string>> {
  const { rows } = await ctx.db.background.query<{ key: string }>(
    'SELECT key FROM uploads WHERE cleaned_at IS NULL',
  );
  return new Set(rows.map((row) => row.key));
}

/**
 * Removes content without a row that is older than a time. Removes nothing if the store has more unknown than known
 * objects: the store may belong to another database, or to a newer state of this one.
 */
export async function sweepOrphans(ctx: Context, before: Date, stopping?: AbortSignal): Promise<void> {
  const { orphans, known, unknown } = await findOrphans(ctx, before, stopping);
  if (unknown > known) {
    ctx.log.warn(
      { unknown, known },
      'the store has more unknown than known objects, so nothing was removed: check that the store belongs to ' +
        'this database',
    );
    return;
  }
  const marked = await markOrphans(ctx, orphans);
  if (marked > 0) ctx.log.info({ orphans: marked }, 'removing content that no row of the database refers to');
  await deletePending(ctx, stopping);
}

/** Walks the store, and returns objects without a row that are older than a time. Counts them and those with a row. */
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

/** Marks the orphans that still have no row for deletion, and returns their number. */
export async function markOrphans(ctx: Context, orphans: readonly BlobStat[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < orphans.length; at += BATCH) {
    const batch = orphans.slice(at, at + BATCH);
    const { rows } = await ctx.db.background.query<{ count: number }>(
      'SELECT mark_orphans($1, $2, $3) AS count',
      [batch.map((blob) => blob.key), batch.map((blob) => blob.sizeBytes), ctx.now()],
    );
    count += rows[0]?.count ?? 0;
  }
  return count;
}
