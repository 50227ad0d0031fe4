import { recordCopyState } from '../../content/copies/copy-state.ts';
import { type Copy, confirmed, readCopy } from '../../content/copies/look.ts';
import { syncFileStates } from '../../content/copies/sync-file-states.ts';
import type { Context } from '../../protocol/context.ts';
import { TOLERANCE } from '../../runtime/clock.ts';
import { type Loop, startLoop } from '../../runtime/loop.ts';

const INTERVAL = 600_000;
/**
 * `DAY`: a claim of a reader expires, and damaged content is read again, because somebody may have repaired it.
 * `AGAIN`: the time for which good content is not read again. Both in milliseconds.
 */
const DAY = 86_400_000;
const AGAIN = 30 * DAY;
/** Lease of a suspect copy in milliseconds: reading some terabytes at full speed takes this long. */
const SUSPECT_LEASE = 3_600_000;

/** Reads stored content again at `verifyRate` to find damage, and suspect copies at once and at full speed. */
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
    (stopping) => syncFileStates(ctx, stopping),
    ctx.wakeups.marked,
  ),
];

/**
 * Reads content that was marked a day ago, or else the content with the oldest reading, and compares its SHA-256.
 * Content is due 30 days after its last reading, or after a restore of the database. Returns false if none is due. Each
 * server claims what it reads.
 */
export async function verifyNext(ctx: Context, stopping?: AbortSignal): Promise<boolean> {
  const bytesPerSecond = ctx.settings.verifyRate;
  const copy = bytesPerSecond > 0 ? await claimDue(ctx) : undefined;
  if (copy === undefined) return false;
  await verify(ctx, copy, bytesPerSecond, stopping);
  return true;
}

export async function verifySuspect(ctx: Context, stopping?: AbortSignal): Promise<boolean> {
  const copy = await claimSuspect(ctx);
  if (copy === undefined) return false;
  await verify(ctx, copy, Number.POSITIVE_INFINITY, stopping);
  return true;
}

async function verify(ctx: Context, copy: Claimed, bytesPerSecond: number, signal?: AbortSignal) {
  const fault = await confirmed(() => readCopy(ctx, copy, { signal, bytesPerSecond }), signal);
  // If the key has changed meanwhile, the bytes that were read no longer matter.
  if (!(await recordCopyState(ctx, copy, fault))) return;
  if (fault !== undefined || copy.wasCorrupt) await syncFileStates(ctx, signal);
}

interface Claimed extends Copy {
  readonly wasCorrupt: boolean;
}

const COLUMNS = `key, sha256, size_bytes::float8 AS "sizeBytes", corrupt_at IS NOT NULL AS "wasCorrupt"`;

/** A claim in the future comes from a wrong clock, so it is ignored. */
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
