import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BlobNotFound } from '@modelbox/blobs';
import { isUnavailable } from '@modelbox/db';
import type { Context } from '../context.ts';
import { checkForUpload } from '../copies/check.ts';
import { newId } from '../objects/ids.ts';
import { inTransaction } from '../writes/transaction.ts';
import { type Loop, startLoop } from './loop.ts';
import { readPatiently } from './read-patiently.ts';

const INTERVAL = 5_000;
/** Uploads that one server reads at a time, by the most bytes of each: small ones never wait for terabytes. */
const LANES = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 2 ** 30];
/** Seconds after which a reader of which nothing is heard has died, and milliseconds between its signs of life. */
const LEASE = 20;
const SIGN = 5_000;
/** Milliseconds before another try to write down what was found. */
const REST = 1_000;

interface Claimed {
  readonly id: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

/** Verifies what uploads brought: at once where this server completed them, soon where another one did and died. */
export const startUploadVerify = (ctx: Context): Loop[] =>
  LANES.map((largest, lane) =>
    startLoop(
      `upload-verify-${lane + 1}`,
      INTERVAL,
      ctx.log,
      async (stopping) => {
        while (!stopping.aborted && (await verifyNextUpload(ctx, largest, stopping)));
      },
      ctx.bells.completed,
    ),
  );

/**
 * Reads the whole content of an upload that was completed, computes its SHA-256, compares it with the one announced, and
 * makes the file verified or rejected. False where none is due. Servers and lanes take turns: each claims what it reads,
 * and says so as long as it lives. What cannot be read now is left for later: other uploads come first then.
 */
export async function verifyNextUpload(
  ctx: Context,
  largest = Number.MAX_SAFE_INTEGER,
  stopping?: AbortSignal,
): Promise<boolean> {
  const upload = await claim(ctx, largest);
  if (upload === undefined) return false;
  // Aborted where what is read has ended meanwhile: its file was deleted or replaced.
  const over = new AbortController();
  const signal = stopping ? AbortSignal.any([stopping, over.signal]) : over.signal;
  const timer = setInterval(() => {
    signOfLife(ctx, upload.id).then(
      (isWanted) => isWanted || over.abort(),
      (error: unknown) => ctx.log.debug({ err: error }, 'could not renew the claim on an upload'),
    );
  }, SIGN);
  try {
    const found = await contentOf(ctx, upload, signal);
    await finish(ctx, upload, found, signal);
  } catch (error) {
    // Whatever a store makes of it: one that is in the middle of a read does not throw the signal's reason.
    if (over.signal.aborted) return true;
    if (stopping?.aborted) await letGo(ctx, upload.id).catch(() => {});
    throw error;
  } finally {
    clearInterval(timer);
  }
  return true;
}

/** A claim in the future was made before the database's clock was set back. */
async function claim({ db }: Context, largest: number): Promise<Claimed | undefined> {
  const { rows } = await db.side.query<Claimed>(
    `UPDATE uploads SET claimed_at = now() WHERE id = (
       SELECT id FROM uploads WHERE state = 'verifying' AND cleaned_at IS NULL AND size_bytes <= $1
         AND (claimed_at IS NULL OR claimed_at NOT BETWEEN now() - make_interval(secs => $2) AND now() + make_interval(secs => $2))
       ORDER BY claimed_at NULLS FIRST, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING id, key, size_bytes AS "sizeBytes", sha256`,
    [largest, LEASE],
  );
  return rows[0];
}

async function signOfLife({ db }: Context, id: string): Promise<boolean> {
  const text = `UPDATE uploads SET claimed_at = now() WHERE id = $1 AND state = 'verifying'`;
  return (await db.side.query(text, [id])).rowCount === 1;
}

const letGo = ({ db }: Context, id: string) =>
  db.side.query(`UPDATE uploads SET claimed_at = NULL WHERE id = $1 AND state = 'verifying'`, [id]);

/** The content's SHA-256, or why it has none that counts. */
type Found = { readonly sha256: string } | { readonly failure: string };

async function contentOf(ctx: Context, upload: Claimed, signal: AbortSignal): Promise<Found> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of readPatiently(ctx, upload.key, upload.sizeBytes, signal)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (isLost(error)) return { failure: 'The stored content cannot be read back; upload it again.' };
    throw error;
  }
  if (bytes !== upload.sizeBytes)
    return { failure: `The stored content has ${bytes} bytes, not ${upload.sizeBytes}.` };
  const sha256 = hash.digest('hex');
  return upload.sha256 === null || upload.sha256 === sha256
    ? { sha256 }
    : { failure: `The content has the SHA-256 ${sha256}, not ${upload.sha256}.` };
}

/** Whether the store answers, and does not have the content; or the disk, and cannot give it. */
const isLost = (error: unknown): boolean =>
  error instanceof BlobNotFound ||
  [error, (error as Error).cause].some((each) => (each as NodeJS.ErrnoException | undefined)?.code === 'EIO');

/** Writes down what was found. It may have taken hours to find: while the database is away this waits for it. */
async function finish(ctx: Context, upload: Claimed, found: Found, signal: AbortSignal): Promise<void> {
  const isGood = 'sha256' in found;
  const isRepair = isGood && (await checkForUpload(ctx, found.sha256));
  for (;;) {
    try {
      const values = [
        upload.id,
        isGood ? found.sha256 : null,
        isGood ? null : found.failure,
        newId(ctx),
        ctx.now(),
      ];
      const state = await inTransaction(ctx.db.side, async (client) => {
        const { rows } = await client.query<{ state: string }>(
          'SELECT finish_upload($1, $2, $3, $4, $5) AS state',
          values,
        );
        return rows[0]?.state;
      });
      if (isRepair) ctx.bells.marked.ring();
      if (state === 'failed') ctx.log.warn({ upload: upload.id, found }, 'an upload was rejected');
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await pause(REST, undefined, { signal });
    }
  }
}
