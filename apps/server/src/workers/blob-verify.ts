import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BlobNotFound } from '@modelbox/blobs';
import { TOLERANCE } from '../clock/clock.ts';
import type { Context } from '../context.ts';
import { tellFileStates } from './blob-sweep.ts';
import { type Loop, startLoop } from './loop.ts';

const INTERVAL = 600_000;
/**
 * Milliseconds after which a reader that claimed content is given up, and after which damaged content is read again, in
 * case somebody put the right bytes back; and in which content that was found right is not read again.
 */
const DAY = 86_400_000;
const AGAIN = 30 * DAY;
/** Milliseconds that a reader may be ahead of its pace before it waits. */
const SLACK = 50;

interface Claimed {
  readonly id: string;
  readonly key: string;
  readonly sha256: string;
  readonly wasCorrupt: boolean;
}

/** Reads stored content again, at the configured pace, to find what has rotted. */
export function startBlobVerify(ctx: Context): Loop {
  return startLoop('blob-verify', INTERVAL, ctx.log, async (stopping) => {
    while (!stopping.aborted && (await verifyNext(ctx, stopping)));
  });
}

/**
 * Reads the content that was not read for longest and compares it with its SHA-256. False where none is due. Servers
 * take turns: each claims what it reads.
 */
export async function verifyNext(ctx: Context, stopping?: AbortSignal): Promise<boolean> {
  const blob = ctx.settings.verifyRate > 0 ? await claim(ctx) : undefined;
  if (blob === undefined) return false;
  const found = await contentOf(ctx, blob.key, stopping);
  const isCorrupt = found !== blob.sha256;
  // Not where the key has changed meanwhile: what was read is of no concern then.
  const { rowCount } = await ctx.db.side.query(
    `UPDATE blobs SET verified_at = $3, verify_claimed_at = NULL,
       corrupt_at = CASE WHEN $4 THEN coalesce(corrupt_at, $3) END WHERE id = $1 AND key = $2`,
    [blob.id, blob.key, ctx.now(), isCorrupt],
  );
  if (rowCount === 0) return true;
  if (isCorrupt)
    ctx.log.error({ sha256: blob.sha256, key: blob.key, found }, 'stored content is damaged or missing');
  if (isCorrupt || blob.wasCorrupt) await tellFileStates(ctx, stopping);
  return true;
}

/** A claim in the future was made by a clock that was wrong. */
const UNCLAIMED = '(verify_claimed_at IS NULL OR verify_claimed_at <= $3 OR verify_claimed_at > $4)';

async function claim(ctx: Context): Promise<Claimed | undefined> {
  const now = ctx.now().getTime();
  const { rows } = await ctx.db.side.query<Claimed>(
    `UPDATE blobs SET verify_claimed_at = $1 WHERE id = coalesce(
       (SELECT id FROM blobs WHERE corrupt_at IS NOT NULL AND verified_at <= $3
          AND ${UNCLAIMED} LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
       (SELECT id FROM blobs WHERE coalesce(verified_at, created_at) <= $2
          AND ${UNCLAIMED}
        ORDER BY coalesce(verified_at, created_at) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED))
     RETURNING id, key, sha256, corrupt_at IS NOT NULL AS "wasCorrupt"`,
    [new Date(now), new Date(now - AGAIN), new Date(now - DAY), new Date(now + TOLERANCE)],
  );
  return rows[0];
}

/**
 * The SHA-256 of what lies under a key, read at the configured pace; undefined where nothing does, or
 * where the disk cannot give it.
 */
async function contentOf(
  ctx: Context,
  key: string,
  stopping: AbortSignal | undefined,
): Promise<string | undefined> {
  const aborting = stopping ? { signal: stopping } : {};
  try {
    const { stream } = await ctx.blobs.read(key, aborting);
    const hash = createHash('sha256');
    const start = performance.now();
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      const ahead = (bytes / ctx.settings.verifyRate) * 1000 - (performance.now() - start);
      if (ahead > SLACK) await pause(ahead, undefined, aborting);
    }
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof BlobNotFound || (error as NodeJS.ErrnoException).code === 'EIO') return undefined;
    throw error;
  }
}
