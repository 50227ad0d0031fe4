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
      }),
      check(ctx, 'blobs', () => ctx.blobs.check()),
    ]);
    const ready = database.ok && migrations.ok && blobs.ok;
    const body = { ready, checks: { database, migrations, blobs } };
    return ready ? { status: 200, body } : { status: 503, body, headers: RETRY_AFTER };
  };
}

/** What went wrong stays in the log of whoever it concerns: a public answer only says that it did. */
async function check({ log }: Context, part: string, run: () => Promise<void>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), PATIENCE);
  });
  try {
    await Promise.race([run(), late]);
    return { ok: true };
  } catch (error) {
    log.warn({ err: error, part }, 'not ready');
    return { ok: false, detail: 'does not answer as it should; see the log' };
  } finally {
    clearTimeout(timer);
  }
}
