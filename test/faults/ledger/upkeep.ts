import { setTimeout as pause } from 'node:timers/promises';
import { BlobStoreUnavailable } from '@modelbox/blobs';
import { syncFileStates } from '../../../apps/server/src/content/copies/sync-file-states.ts';
import { purge } from '../../../apps/server/src/workers/purge.ts';
import { deletePending, sweepBlobs } from '../../../apps/server/src/workers/store/blob-sweep.ts';
import { verifyNext, verifySuspect } from '../../../apps/server/src/workers/store/blob-verify.ts';
import { liveUploads, sweepOrphans } from '../../../apps/server/src/workers/store/orphan-sweep.ts';
import { cleanUploads, expireUploads } from '../../../apps/server/src/workers/store/upload-cleanup.ts';
import { verifyNextUpload } from '../../../apps/server/src/workers/store/upload-verify.ts';
import type { TestServer } from '../../../apps/server/testing/test-server.ts';

/* Runs the workers one round at a time, so that no test waits for a timer. */

const MINUTE = 60_000;
const DAY = 86_400_000;

type Ctx = TestServer['ctx'];

const round: readonly ((ctx: Ctx) => Promise<unknown>)[] = [
  async (ctx) => {
    while (await verifyNextUpload(ctx));
  },
  async (ctx) => {
    while (await verifySuspect(ctx));
  },
  (ctx) => syncFileStates(ctx),
  (ctx) => cleanUploads(ctx),
  (ctx) => sweepBlobs(ctx),
  (ctx) => deletePending(ctx),
  // These find nothing that old, but list the whole store.
  async (ctx) => ctx.blobs.sweepTemporary(new Date(0), await liveUploads(ctx)),
  (ctx) => sweepOrphans(ctx, new Date(0)),
];

/** Runs one round of each worker. A failed worker ends only its own round. */
export async function runWorkers(ctx: Ctx, failed: (error: unknown) => void): Promise<void> {
  for (const work of round) await work(ctx).catch(failed);
}

interface Working {
  /** Resolves after a round that began after this call. */
  wholeRound(): Promise<void>;
  stop(): Promise<void>;
}

export function keepWorking(ctx: Ctx, failed: (error: unknown) => void): Working {
  let isOver = false;
  let waiting: (() => void)[] = [];
  const running = (async () => {
    while (!isOver) {
      const served = waiting;
      waiting = [];
      await runWorkers(ctx, failed);
      for (const resolve of served) resolve();
      await pause(300);
    }
  })();
  return {
    wholeRound: () => new Promise((resolve) => waiting.push(resolve)),
    stop: () => {
      isOver = true;
      return running;
    },
  };
}

/** Whether a worker may fail with this error while the store fails. */
export const isStoreAway = (error: unknown): boolean =>
  error instanceof AggregateError ? error.errors.every(isStoreAway) : error instanceof BlobStoreUnavailable;

/** Moves the time forward, also for work that is deferred by the database's clock. */
export async function passMinutes(server: TestServer, minutes: number): Promise<void> {
  server.advance(minutes * MINUTE);
  const text = `UPDATE uploads SET claimed_at = claimed_at - make_interval(mins => $1),
      look_at = look_at - make_interval(mins => $1) WHERE state = 'verifying'`;
  await server.db.requests.query(text, [minutes]);
}

/** Moves on by a day, after which marked copies are read again. */
export async function passDay(server: TestServer): Promise<void> {
  await passMinutes(server, DAY / MINUTE + 1);
  while (await verifyNext(server.ctx));
  await syncFileStates(server.ctx);
}

/** Numbers of uploads and blobs that workers still have to decide. */
export async function undecided(server: TestServer): Promise<{ undecided: number; marked: number }> {
  const { rows } = await server.db.requests.query(
    `SELECT (SELECT count(*)::int FROM uploads WHERE state = 'verifying')
       + (SELECT count(*)::int FROM blobs WHERE suspect_at IS NOT NULL) AS undecided,
       (SELECT count(*)::int FROM blobs WHERE corrupt_at IS NOT NULL) AS marked`,
  );
  return rows[0];
}

/** Moves on until each grace time is over and everything in the store is old. */
export async function passGraces(server: TestServer): Promise<void> {
  const { ctx } = server;
  server.advance(40 * DAY);
  await expireUploads(ctx);
  await cleanUploads(ctx);
  while ((await purge(ctx, 100)) > 0);
  // The first sweep records content without a file, and the second one schedules its deletion.
  await sweepBlobs(ctx);
  server.advance(2 * DAY);
  await sweepBlobs(ctx);
  await deletePending(ctx);
  const later = new Date(Date.now() + DAY);
  await ctx.blobs.sweepTemporary(later, await liveUploads(ctx));
  await sweepOrphans(ctx, later);
}
