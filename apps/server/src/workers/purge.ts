import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 60_000;
/** Objects per kind and transaction: few, so that writers never wait long. */
const BATCH = 100;

/** Time limit of one batch, in milliseconds. */
const LONGEST = 3_600_000;

export function startPurge(ctx: Context): Loop {
  return startLoop('purge', INTERVAL, ctx.log, async () => {
    while ((await purge(ctx, BATCH)) >= BATCH);
  });
}

/**
 * Purges up to `limit` objects of each kind, children before parents, and returns their number. Sources of existing
 * objects and parents of remaining children stay until a later round.
 */
export async function purge(ctx: Context, limit: number): Promise<number> {
  if (!(await ctx.clock.judgesAge())) return 0;
  const before = new Date(ctx.now().getTime() - ctx.settings.deleteGrace);
  return inTransaction(ctx.db.background, async (client) => {
    // Removing a long history can exceed the statement timeout of requests.
    await client.query(`SET LOCAL statement_timeout = ${LONGEST}`);
    const text = 'SELECT purge_deleted($1, $2, $3) AS purged';
    const query = { text, values: [before, limit, ctx.now()], query_timeout: LONGEST };
    const { rows } = await client.query<{ purged: number }>(query);
    return rows[0]?.purged ?? 0;
  });
}
