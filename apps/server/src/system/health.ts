import { setTimeout as sleep } from 'node:timers/promises';
import { migrationState, proveWritable, readMigrations } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { RETRY_AFTER } from '../protocol/errors.ts';
import type { Verb } from '../protocol/verb.ts';
import { inTime } from './in-time.ts';
import { checkStore } from './store-state.ts';
import { VERSION } from './version.ts';

export const health: Verb<'system.health'> = () =>
  Promise.resolve({ status: 200, body: { status: 'ok', version: VERSION } });

type Check = { ok: boolean; detail?: string };

/** Whether every part that requests need works now. */
export function readiness(ctx: Context): Verb<'system.ready'> {
  const known = readMigrations();
  const provenWritable = atMostEvery(PROOF_LASTS, () => proveWritable(ctx.db.health));
  return patiently(async () => {
    const [database, migrations, blobs] = await Promise.all([
      check(ctx, 'database', async () => {
        await ctx.db.health.query('SELECT 1');
        await provenWritable();
      }),
      check(ctx, 'migrations', async () => {
        const state = await migrationState(ctx.db.health, await known);
        if (!state.current) throw new Error('the database does not have the schema of this release');
        // The server stays ready: a rolling update must not lose its old servers before the new ones are ready.
        return state.unknown.length > 0 ? 'a newer release has migrated the database' : undefined;
      }),
      storeCheck(ctx),
    ]);
    const ready = database.ok && migrations.ok && blobs.ok;
    const body = { ready, checks: { database, migrations, blobs, clock: clockCheck(ctx) } };
    return ready ? { status: 200, body } : { status: 503, body, headers: RETRY_AFTER };
  });
}

/** Concurrent callers share one run, so that they do not queue for the one connection. */
function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= run().finally(() => {
      running = undefined;
    }));
}

/** Milliseconds that a probe waits for a check: half of the usual timeout of a probe. */
const SOON = 500;
/** Milliseconds for which a success is valid while a check runs: longer than the usual time between two probes. */
const SUCCESS_LASTS = 15_000;

/**
 * A busy machine makes checks slow. While a check runs, the last success stays valid, so that a slow check does not
 * take the server out of service. A check that hangs fails by itself, and a failure applies at once.
 */
function patiently<T extends { readonly status: number }>(run: () => Promise<T>): () => Promise<T> {
  let success: { readonly answer: T; readonly until: number } | undefined;
  const look = shared(async () => {
    const answer = await run();
    success = answer.status === 200 ? { answer, until: performance.now() + SUCCESS_LASTS } : undefined;
    return answer;
  });
  return async () => {
    const now = look();
    const soon = new AbortController();
    const last = sleep(SOON, undefined, { signal: soon.signal }).then(() =>
      success && performance.now() < success.until ? success.answer : now,
    );
    try {
      return await Promise.race([now, last]);
    } finally {
      soon.abort();
      last.catch(() => {});
    }
  };
}

/**
 * Milliseconds for which one proof is valid: everybody may request it, and each proof flushes the log of the database.
 */
const PROOF_LASTS = 1_000;

/** Skips runs for a while after a success. Only the callers that waited see a failure. */
function atMostEvery(ms: number, run: () => Promise<void>): () => Promise<void> {
  let until = 0;
  const look = shared(async () => {
    await run();
    until = performance.now() + ms;
  });
  return async () => {
    if (performance.now() >= until) await look();
  };
}

/** A server with a wrong clock stays ready, because it uses the time of the database. */
function clockCheck({ clock }: Context): Check {
  const doubt = clock.doubt();
  return doubt === undefined ? { ok: true } : { ok: false, detail: doubt.words };
}

/**
 * Runs one check. The cause of a failure appears only in the log, because the answer is public.
 * @param run may resolve to a text, a remark on a part that works.
 */
async function check({ log }: Context, part: string, run: () => Promise<unknown>): Promise<Check> {
  try {
    const detail = await inTime(run);
    return typeof detail === 'string' ? { ok: true, detail } : { ok: true };
  } catch (error) {
    log.warn({ err: error, part }, 'not ready');
    return { ok: false, detail: NO_ANSWER };
  }
}

const NO_ANSWER = 'does not work; the log of the server has the cause';

/**
 * A full or read-only store leaves the server ready: everything else works, and the load balancer would drop all
 * servers that share the store at once.
 */
async function storeCheck({ blobs, log }: Context) {
  const { state, error } = await checkStore(blobs);
  if (state === 'ok') return { ok: true, state };
  if (state === 'unavailable') {
    log.warn({ err: error, part: 'blobs' }, 'not ready');
    return { ok: false, state, detail: NO_ANSWER };
  }
  log.warn({ err: error, state }, 'the file store accepts no uploads');
  const detail =
    state === 'full' ? 'is full: uploads fail until space is free' : 'is read-only: uploads fail';
  return { ok: true, state, detail };
}
