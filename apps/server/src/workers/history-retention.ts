import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 600_000;
/** Rows that one transaction looks at: small, so that no lock lasts. */
const BATCH = 1_000;
/** Edits of a policy that stay, however old they are. */
const EDITS = 100;
/** Milliseconds that changed rights stay noted: servers ask for them once a second. */
const NOTED = 86_400_000;

/** Prunes changes, decisions and the other history that ends after `MODELBOX_CHANGES_RETENTION`. */
export const startHistoryRetention = (ctx: Context): Loop =>
  startLoop('history-retention', INTERVAL, ctx.log, (stopping) => pruneHistory(ctx, stopping));

/** Prunes all that is due. Any number of servers may do it at once. */
export async function pruneHistory(ctx: Context, stopping?: AbortSignal): Promise<void> {
  const now = ctx.now().getTime();
  const before = new Date(now - ctx.settings.changesRetention);
  // Decisions first: what is gone is forgotten with its last change, and then has few.
  await untilDone(ctx, stopping, 'prune_decisions($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_changes($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_policy_edits($1, $3, $2)', [before, BATCH, EDITS]);
  await untilDone(ctx, stopping, 'prune_proposals($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_tokens($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_kept_namespaces($1, $2)', [new Date(now), BATCH]);
  await untilDone(ctx, stopping, 'prune_access_changes($1, $2)', [new Date(now - NOTED), BATCH]);
}

/** Calls a function that looks at a batch of rows and returns how many there were, until it finds less than a whole one. */
async function untilDone(
  ctx: Context,
  stopping: AbortSignal | undefined,
  call: string,
  values: [before: Date, limit: number, ...rest: unknown[]],
): Promise<void> {
  for (let count = BATCH; count >= BATCH && !stopping?.aborted; ) {
    if (!(await ctx.clock.judgesAge())) return;
    count = await inTransaction(ctx.db.background, async (client) => {
      const { rows } = await client.query<{ count: number }>(`SELECT ${call} AS count`, values);
      return rows[0]?.count ?? 0;
    });
  }
}
