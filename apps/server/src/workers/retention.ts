import { retain, retentionScopes } from '../policies/retention/run.ts';
import type { ScopeOwner } from '../policies/retention/scope.ts';
import { abortStale } from '../policies/retention/stale.ts';
import type { Context } from '../protocol/context.ts';
import { TOLERANCE } from '../runtime/clock.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

/** Milliseconds between looks at what is due. */
const INTERVAL = 5_000;
/** Objects whose removed files one transaction purges. */
const BATCH = 100;

/** Removes what retention rules do not keep, forgets files whose grace time is over, and ends silent experiments. */
export const startRetention = (ctx: Context): Loop =>
  startLoop('retention', INTERVAL, ctx.log, async (stopping) => {
    await retainDue(ctx, stopping);
    await forgetRemoved(ctx, stopping);
    await abortStale(ctx);
  });

/** Carries out every retention rule that is due. Servers take turns: each claims a model or namespace before it begins. */
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
      // The others need not wait for this one.
      ctx.log.error({ err: error, owner: owner.name }, 'retention failed');
    }
  }
}

/** A run that began in the future was claimed by a clock that was wrong. */
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

/** Purges removed files whose grace time is over. Their content is swept like all that nothing refers to. */
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
