import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 60_000;
/** Objects that one transaction removes: small, so that writers never wait long. */
const BATCH = 100;

/** Milliseconds that one batch may take. */
const LONGEST = 3_600_000;

/** Purges objects whose deletion is older than the grace time. */
export function startPurge(ctx: Context): Loop {
  return startLoop('purge', INTERVAL, ctx.log, async () => {
    while ((await purge(ctx, BATCH)) >= BATCH);
  });
}

/**
 * Removes up to `limit` objects of each kind for good, children before parents. What something living was made from
 * stays, as does what still has children: a later round takes it. Answers how many went.
 */
export async function purge(ctx: Context, limit: number): Promise<number> {
  if (!(await ctx.clock.judgesAge())) return 0;
  const before = new Date(ctx.now().getTime() - ctx.settings.deleteGrace);
  return inTransaction(ctx.db.background, async (client) => {
    // A long history may take longer to remove than a request may last.
    await client.query(`SET LOCAL statement_timeout = ${LONGEST}`);
    const text = 'SELECT purge_deleted($1, $2, $3) AS purged';
    const query = { text, values: [before, limit, ctx.now()], query_timeout: LONGEST };
    const { rows } = await client.query<{ purged: number }>(query);
    return rows[0]?.purged ?? 0;
  });
}
