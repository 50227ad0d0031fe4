import { setTimeout as pause } from 'node:timers/promises';
import { BlobNotFound, BlobStoreUnavailable } from '@modelbox/blobs';
import { inTransaction, isUnavailable } from '@modelbox/db';
import { checkForUpload } from '../../content/copies/check.ts';
import { newId } from '../../core/names/ids.ts';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { assemble, NotTogetherYet, type Plan } from '../../resources/uploads/assemble.ts';
import { cleanAgain, WAITS_FOR_STORE } from '../../resources/uploads/complete.ts';
import { type Loop, startLoop } from '../../runtime/loop.ts';
import { type Findings, judgeReading, type Verdict } from './judge-reading.ts';
import { type Reading, readBack } from './read-back.ts';

const INTERVAL = 5_000;
/** The size limits of three parallel readers. One takes only small uploads, so that they never wait for terabytes. */
const LARGEST = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 2 ** 30];
/**
 * Milliseconds before each repeated reading after a fault. Content is rejected if all readings, one more than these
 * pauses, find the same: after about 8 minutes.
 */
const PAUSES = [0, 10_000, 30_000, 60_000, 120_000, 240_000];
/** Milliseconds before the server asks the store again to combine parts. A lock of the store can last for minutes. */
const COMPLETE_AGAIN = 15_000;
/** Lease of a claim in seconds, and milliseconds between renewals. */
const LEASE = 20;
const SIGN = 5_000;
/** Milliseconds before a retry to store the verdict. */
const REST = 1_000;

interface Claimed extends Plan, Findings {
  readonly completing: boolean;
  readonly looks: number;
  readonly partHashes: Buffer | null;
}

export interface VerifyOptions {
  /** Claims only uploads of at most so many bytes. */
  readonly largest?: number;
  readonly stopping?: AbortSignal;
  /** Milliseconds before each repeated reading after a fault. Default: over 8 minutes in total. */
  readonly pauses?: readonly number[];
}

/** Verifies completed uploads: at once on the server that completed them, soon after if that server died. */
export const startUploadVerify = (ctx: Context): Loop[] =>
  LARGEST.map((largest, index) =>
    startLoop(
      `upload-verify-${index + 1}`,
      INTERVAL,
      ctx.log,
      async (stopping) => {
        while (!stopping.aborted && (await verifyNextUpload(ctx, { largest, stopping })));
      },
      ctx.wakeups.completed,
    ),
  );

/**
 * Lets the store combine the parts of a completed upload if necessary, reads the content, and verifies or rejects the
 * file. A reading with a fault is repeated later before the file is rejected. Each reader claims an upload with a lease
 * that it renews. Content that cannot be read now comes after other uploads. Returns false if no upload is due.
 */
export async function verifyNextUpload(ctx: Context, options: VerifyOptions = {}): Promise<boolean> {
  const { largest = Number.MAX_SAFE_INTEGER, stopping, pauses = PAUSES } = options;
  const upload = await claim(ctx, largest);
  if (upload === undefined) return false;
  // Aborted if the upload ended meanwhile, because its file was deleted or replaced.
  const over = new AbortController();
  const signal = stopping ? AbortSignal.any([stopping, over.signal]) : over.signal;
  const timer = setInterval(() => {
    signOfLife(ctx, upload.id).then(
      (isWanted) => isWanted || over.abort(),
      (error: unknown) => ctx.log.debug({ err: error }, 'could not renew the claim on an upload'),
    );
  }, SIGN);
  try {
    const verdict = await look(ctx, upload, pauses.length + 1, signal);
    if (verdict === undefined) return true;
    if ('finding' in verdict) await lookAgain(ctx, upload, verdict, pauses);
    else await finish(ctx, upload, verdict, signal);
  } catch (error) {
    // Checked instead of the error, because an aborted store may throw another error than the signal's reason.
    if (over.signal.aborted) return true;
    if (stopping?.aborted) await letGo(ctx, upload.id).catch(() => {});
    else if (error instanceof BlobStoreUnavailable) await wait(ctx, upload.id, STORE_AWAY).catch(() => {});
    throw error;
  } finally {
    clearInterval(timer);
  }
  return true;
}

/** A claim in the future was made before the clock of the database was set back, so it is ignored. */
async function claim({ db }: Context, largest: number): Promise<Claimed | undefined> {
  const { rows } = await db.background.query<Claimed>(
    `UPDATE uploads SET claimed_at = now() WHERE id = (
       SELECT id FROM uploads WHERE state = 'verifying' AND cleaned_at IS NULL AND size_bytes <= $1
         AND (claimed_at IS NULL
           OR claimed_at NOT BETWEEN now() - make_interval(secs => $2) AND now() + make_interval(secs => $2))
         AND (look_at IS NULL OR look_at NOT BETWEEN now() AND now() + interval '1 hour')
       ORDER BY claimed_at NULLS FIRST, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING id, key, token, size_bytes AS "sizeBytes", part_size_bytes AS "partSizeBytes", sha256, completing,
       part_hashes AS "partHashes", finding, findings, looks`,
    [largest, LEASE],
  );
  return rows[0];
}

async function signOfLife({ db }: Context, id: string): Promise<boolean> {
  const text = `UPDATE uploads SET claimed_at = now() WHERE id = $1 AND state = 'verifying'`;
  return (await db.background.query(text, [id])).rowCount === 1;
}

const letGo = ({ db }: Context, id: string) =>
  db.background.query(`UPDATE uploads SET claimed_at = NULL WHERE id = $1 AND state = 'verifying'`, [id]);

const STORE_AWAY = 'The file store does not answer. The server will try again.';

/**
 * Stores the reason why an upload waits, and keeps readers from claiming it for `pause` milliseconds. Without a pause,
 * the claim stays as it is.
 */
async function wait({ db }: Context, id: string, waitsFor: string, pause?: number): Promise<void> {
  await db.background.query(
    `UPDATE uploads SET waits_for = $2, claimed_at = CASE WHEN $3::float8 IS NULL THEN claimed_at END,
       look_at = CASE WHEN $3 > 0 THEN now() + make_interval(secs => $3) END
     WHERE id = $1 AND state = 'verifying'`,
    [id, waitsFor, pause === undefined ? null : pause / 1000],
  );
}

/** Reads the content once. Undefined if the store had to combine the parts first: then the next reading is due. */
async function look(
  ctx: Context,
  upload: Claimed,
  looks: number,
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  if (upload.completing) {
    const found = await assembleLater(ctx, upload);
    return found && judgeReading(found, upload, looks);
  }
  // An announced hash proves the whole content, so hashing parts is needed only after a reading has failed.
  const isEnough = upload.sha256 !== null && upload.finding === null;
  const parts = isEnough ? undefined : hashesIn(upload.partHashes);
  return judgeReading(await readBack(ctx, { ...upload, parts }, signal), upload, looks);
}

/** Retries a completion that the store did not finish. Returns a finding if something is wrong with the parts. */
async function assembleLater(ctx: Context, upload: Claimed): Promise<Reading | undefined> {
  try {
    await assemble(ctx, upload);
  } catch (error) {
    if (error instanceof BlobNotFound)
      return { finding: 'missing', says: 'The store has lost the parts of the upload.' };
    if (error instanceof HttpProblem) return { finding: error.code, says: error.message };
    if (!(error instanceof NotTogetherYet)) throw error;
    ctx.log.warn({ err: error, upload: upload.id }, 'the parts of an upload are combined later');
    await wait(ctx, upload.id, WAITS_FOR_STORE, COMPLETE_AGAIN);
    return undefined;
  }
  const text = `UPDATE uploads SET completing = false, waits_for = NULL, claimed_at = NULL, look_at = NULL,
      finding = NULL, findings = 0, looks = 0 WHERE id = $1 AND state = 'verifying'`;
  if ((await ctx.db.background.query(text, [upload.id])).rowCount === 0) await cleanAgain(ctx, upload);
  return undefined;
}

async function lookAgain(
  ctx: Context,
  upload: Claimed,
  { finding, findings, says }: Extract<Verdict, { finding: string }>,
  pauses: readonly number[],
): Promise<void> {
  const pause = pauses[Math.min(upload.looks, pauses.length - 1)] ?? 0;
  const text = `UPDATE uploads SET finding = $2, findings = $3, looks = looks + 1
    WHERE id = $1 AND state = 'verifying'`;
  await ctx.db.background.query(text, [upload.id, finding, findings]);
  await wait(ctx, upload.id, `${says} The server will read the content again.`, pause);
  const isUsual = upload.sha256 === null && finding.startsWith('whole');
  ctx.log[isUsual ? 'debug' : 'warn'](
    { upload: upload.id, finding, findings, pause },
    'an upload is read again',
  );
}

function hashesIn(bytes: Buffer | null): string[] | undefined {
  const hex = bytes?.toString('hex') ?? '';
  return hex === '' ? undefined : (hex.match(/.{64}/g) ?? undefined);
}

/** Ends an upload with a verdict. The reading may have taken hours, so it waits until the database is available. */
async function finish(
  ctx: Context,
  upload: Claimed,
  found: Exclude<Verdict, { finding: string }>,
  signal: AbortSignal,
): Promise<void> {
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
      const state = await inTransaction(ctx.db.background, async (client) => {
        if (upload.completing)
          await client.query('UPDATE uploads SET completing = false WHERE id = $1', [upload.id]);
        const { rows } = await client.query<{ state: string }>(
          'SELECT finish_upload($1, $2, $3, $4, $5) AS state',
          values,
        );
        return rows[0]?.state;
      });
      if (isRepair) ctx.wakeups.marked.wake();
      if (state === 'failed') ctx.log.warn({ upload: upload.id, found }, 'an upload was rejected');
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await pause(REST, undefined, { signal });
    }
  }
}
