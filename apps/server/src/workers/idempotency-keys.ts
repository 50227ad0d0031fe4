import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

/** Each round reads the whole table, which has 200 MB after a day with 24 writes per second. */
const INTERVAL = 600_000;
/** Pages per transaction: at most 44,000 receipts. */
const PAGES = 500;

/** Deletes receipts of idempotency keys after 24 hours. */
export const startIdempotencyKeys = (ctx: Context): Loop =>
  startLoop(
    'idempotency-keys',
    INTERVAL,
    ctx.log,
    async (stopping) => void (await forgetKeys(ctx, stopping)),
  );

export async function forgetKeys(ctx: Context, stopping?: AbortSignal): Promise<number> {
  const { rows } = await ctx.db.background.query<{ pages: number }>(
    `SELECT (pg_relation_size('idempotency_receipts') / current_setting('block_size')::int)::int AS pages`,
  );
  let count = 0;
  for (let page = 0; page < (rows[0]?.pages ?? 0) && !stopping?.aborted; page += PAGES) {
    if (!(await ctx.clock.judgesAge())) return count;
    count += await inTransaction(ctx.db.background, async (client) => {
      const text = 'SELECT prune_idempotency_keys($1, $2, $3) AS count';
      return (await client.query<{ count: number }>(text, [page, PAGES, ctx.now()])).rows[0]?.count ?? 0;
    });
  }
  return count;
}
