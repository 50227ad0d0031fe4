import { migrationState, readMigrations } from '@modelbox/db';
import type { Context } from '../context.ts';
import { RETRY_AFTER } from '../http/errors.ts';
import type { Verb } from '../http/verb.ts';
import { VERSION } from './version.ts';

export const health: Verb<'system.health'> = () =>
  Promise.resolve({ status: 200, body: { status: 'ok', version: VERSION } });

type Check = { ok: boolean; detail?: string };

/** Milliseconds that a part has to answer in. */
const PATIENCE = 3_000;

/** Whether every part that serving needs answers now. */
export function readiness(ctx: Context): Verb<'system.ready'> {
  const known = readMigrations();
  return async () => {
    const [database, migrations, blobs] = await Promise.all([
      check(ctx, 'database', async () => void (await ctx.db.side.query('SELECT 1'))),
      check(ctx, 'migrations', async () => {
        const state = await migrationState(ctx.db.side, await known);
        if (!state.current) throw new Error('the database is not at the version of this server');
        // Still ready: a rolling update must not lose its old servers before the new ones serve.
        return state.unknown.length > 0 ? 'a newer release has migrated the database' : undefined;
      }),
      check(ctx, 'blobs', () => ctx.blobs.check()),
    ]);
    const ready = database.ok && migrations.ok && blobs.ok;
    const body = { ready, checks: { database, migrations, blobs } };
    return ready ? { status: 200, body } : { status: 503, body, headers: RETRY_AFTER };
  };
}

/**
 * Runs one check. Its cause of failure goes to the log only, since the answer is public.
 * @param run may resolve to a text: a remark on a part that works.
 */
async function check({ log }: Context, part: string, run: () => Promise<unknown>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), PATIENCE);
  });
  try {
    const detail = await Promise.race([run(), late]);
    return typeof detail === 'string' ? { ok: true, detail } : { ok: true };
  } catch (error) {
    log.warn({ err: error, part }, 'not ready');
    return { ok: false, detail: 'does not answer as it should; see the log' };
  } finally {
    clearTimeout(timer);
  }
}
