import { retain, retentionScopes } from '../policies/retention/run.ts';
import type { ScopeOwner } from '../policies/retention/scope.ts';
import { abortStale } from '../policies/retention/stale.ts';
import type { Context } from '../protocol/context.ts';
import { TOLERANCE } from '../runtime/clock.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

/** Milliseconds between polls. */
const INTERVAL = 5_000;
const BATCH = 100;

/** Runs retention rules, purges removed files after their grace time, and aborts stale experiments. */
export const startRetention = (ctx: Context): Loop =>
  startLoop('retention', INTERVAL, ctx.log, async (stopping) => {
    await retainDue(ctx, stopping);
    await forgetRemoved(ctx, stopping);
    await abortStale(ctx);
  });

/**
 * Runs every retention rule that is due. A server claims a model or namespace first, so that only one server runs it.
 */
export async function retainDue(ctx: Context, stopping?: AbortSignal): Promise<void> {
  for (const owner of await retentionScopes(ctx)) {
    if (stopping?.aborted || !(await ctx.clock.judgesAge())) return;
    if (!(await claim(ctx, owner))) continue;
    try {
      const { removed, skipped, bytes } = await retain(ctx, owner, stopping);
      if (removed + skipped > 0)
        ctx.log.info({ owner: owner.name, removed, skipped, bytes }, 'a retention run finished');
      ctx.telemetry.retained(removed, bytes);
      await ctx.db.background.query('UPDATE retention_runs SET ended_at = $2 WHERE owner_id = $1', [
        owner.id,
        ctx.now(),
      ]);
    } catch (error) {
      // A failure must not stop the rules of other owners.
      ctx.log.error({ err: error, owner: owner.name }, 'retention failed');
    }
  }
}

/** A start in the future comes from a wrong clock, so the claim is ignored. */
async function claim(ctx: Context, { id }: ScopeOwner): Promise<boolean> {
  const { rowCount } = await ctx.db.background.query(
    `INSERT INTO retention_runs AS r (owner_id, started_at) VALUES ($1, $2)
     ON CONFLICT (owner_id) DO UPDATE SET started_at = EXCLUDED.started_at, ended_at = NULL
       WHERE r.started_at <= $2::timestamptz - make_interval(secs => $3)
         OR r.started_at > $2::timestamptz + make_interval(secs => $4)`,
    [id, ctx.now(), ctx.settings.retentionInterval / 1000, TOLERANCE / 1000],
  );
  return rowCount === 1;
}

/** Purges removed files after their grace time. The blob sweep then removes their content. */
export async function forgetRemoved(ctx: Context, stopping?: AbortSignal): Promise<void> {
  for (let files = 1; files > 0 && !stopping?.aborted; ) {
    if (!(await ctx.clock.judgesAge())) return;
    const { rows } = await ctx.db.background.query<{ files: number }>(
      'SELECT files FROM purge_removed_files($1, $2)',
      [BATCH, ctx.now()],
    );
    files = rows[0]?.files ?? 0;
  }
}
