import { recordCopyState } from '../../content/copies/copy-state.ts';
import { type Copy, confirmed, readCopy } from '../../content/copies/look.ts';
import { tellFileStates } from '../../content/copies/tell-file-states.ts';
import type { Context } from '../../protocol/context.ts';
import { TOLERANCE } from '../../runtime/clock.ts';
import { type Loop, startLoop } from '../../runtime/loop.ts';

const INTERVAL = 600_000;
/**
 * Milliseconds after which a reader that claimed content is given up, and after which damaged content is read again, in
 * case somebody put the right bytes back; and in which content that was found right is not read again.
 */
const DAY = 86_400_000;
const AGAIN = 30 * DAY;
/** Milliseconds after which another reader takes a suspect: as long as some terabytes take without a pace. */
const SUSPECT_LEASE = 3_600_000;

/** Reads stored content again, at the configured pace, to find what has rotted; and suspects at once, at full speed. */
export const startBlobVerify = (ctx: Context): Loop[] => [
  startLoop('blob-verify', INTERVAL, ctx.log, async (stopping) => {
    while (!stopping.aborted && (await verifyNext(ctx, stopping)));
  }),
  startLoop(
    'blob-suspects',
    INTERVAL,
    ctx.log,
    async (stopping) => {
      while (!stopping.aborted && (await verifySuspect(ctx, stopping)));
    },
    ctx.wakeups.suspected,
  ),
  startLoop(
    'file-states',
    INTERVAL,
    ctx.log,
    (stopping) => tellFileStates(ctx, stopping),
    ctx.wakeups.marked,
  ),
];

/**
 * Reads the content that was marked a day ago, or else what was not read for longest, and compares it with its SHA-256.
 * Nothing is due within 30 days of its last reading, unless the database was restored since. False if none is due.
 * Servers take turns: each claims what it reads.
 */
export async function verifyNext(ctx: Context, stopping?: AbortSignal): Promise<boolean> {
  const bytesPerSecond = ctx.settings.verifyRate;
  const copy = bytesPerSecond > 0 ? await claimDue(ctx) : undefined;
  if (copy === undefined) return false;
  await verify(ctx, copy, bytesPerSecond, stopping);
  return true;
}

/** Reads content again of which a reader got other bytes. False if there is none. */
export async function verifySuspect(ctx: Context, stopping?: AbortSignal): Promise<boolean> {
  const copy = await claimSuspect(ctx);
  if (copy === undefined) return false;
  await verify(ctx, copy, Number.POSITIVE_INFINITY, stopping);
  return true;
}

async function verify(ctx: Context, copy: Claimed, bytesPerSecond: number, signal?: AbortSignal) {
  const fault = await confirmed(() => readCopy(ctx, copy, { signal, bytesPerSecond }), signal);
  // Not if the key has changed meanwhile: then the bytes that were read are of no concern.
  if (!(await recordCopyState(ctx, copy, fault))) return;
  if (fault !== undefined || copy.wasCorrupt) await tellFileStates(ctx, signal);
}

interface Claimed extends Copy {
  readonly wasCorrupt: boolean;
}

const COLUMNS = `key, sha256, size_bytes::float8 AS "sizeBytes", corrupt_at IS NOT NULL AS "wasCorrupt"`;

/** A claim in the future was made by a clock that was wrong. */
const UNCLAIMED = '(verify_claimed_at IS NULL OR verify_claimed_at <= $2 OR verify_claimed_at > $3)';

async function claimDue(ctx: Context): Promise<Claimed | undefined> {
  const now = ctx.now().getTime();
  const { rows } = await ctx.db.background.query<Claimed>(
    `UPDATE blobs SET verify_claimed_at = $1 WHERE id = coalesce(
       (SELECT id FROM blobs WHERE corrupt_at IS NOT NULL AND verified_at <= $2
          AND ${UNCLAIMED} LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
       (SELECT id FROM blobs
        WHERE coalesce(verified_at, created_at) <= greatest($4, (SELECT restored_at FROM database_identity))
          AND ${UNCLAIMED}
        ORDER BY coalesce(verified_at, created_at) LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED))
     RETURNING ${COLUMNS}`,
    [new Date(now), new Date(now - DAY), new Date(now + TOLERANCE), new Date(now - AGAIN)],
  );
  return rows[0];
}

async function claimSuspect(ctx: Context): Promise<Claimed | undefined> {
  const now = ctx.now().getTime();
  const { rows } = await ctx.db.background.query<Claimed>(
    `UPDATE blobs SET verify_claimed_at = $1 WHERE id = (
       SELECT id FROM blobs WHERE suspect_at IS NOT NULL
         AND (verify_claimed_at < suspect_at OR ${UNCLAIMED})
       ORDER BY suspect_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING ${COLUMNS}`,
    [new Date(now), new Date(now - SUSPECT_LEASE), new Date(now + TOLERANCE)],
  );
  return rows[0];
}
