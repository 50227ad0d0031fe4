import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 600_000;
/** Rows per transaction: few, so that locks are short. */
const BATCH = 1_000;
/** Edits of a policy that are kept regardless of their age. */
const EDITS = 100;
/** Milliseconds for which `access_changes` keeps changed rights. Servers read them once a second. */
const NOTED = 86_400_000;

/** Prunes changes, decisions and the other history that ends after `MODELBOX_CHANGES_RETENTION`. */
export const startHistoryRetention = (ctx: Context): Loop =>
  startLoop('history-retention', INTERVAL, ctx.log, (stopping) => pruneHistory(ctx, stopping));

/** Prunes everything that is due. Several servers may run it at once. */
export async function pruneHistory(ctx: Context, stopping?: AbortSignal): Promise<void> {
  const now = ctx.now().getTime();
  const before = new Date(now - ctx.settings.changesRetention);
  // Decisions go first: the last change of a purged object also removes its remaining decisions, which are then few.
  await untilDone(ctx, stopping, 'prune_decisions($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_changes($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_policy_edits($1, $3, $2)', [before, BATCH, EDITS]);
  await untilDone(ctx, stopping, 'prune_proposals($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_tokens($1, $2)', [before, BATCH]);
  await untilDone(ctx, stopping, 'prune_kept_namespaces($1, $2)', [new Date(now), BATCH]);
  await untilDone(ctx, stopping, 'prune_access_changes($1, $2)', [new Date(now - NOTED), BATCH]);
}

/** Calls a function that processes a batch of rows and returns their number, until a batch is incomplete. */
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
