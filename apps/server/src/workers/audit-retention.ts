import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 600_000;
const BATCH = 5_000;

/** Removes old denied attempts and reads. The worker for the history prunes changes. */
export function startAuditRetention(ctx: Context): Loop {
  return startLoop('audit retention', INTERVAL, ctx.log, async (stopping) => {
    while (!stopping.aborted && (await removeOldEvents(ctx, BATCH)) >= BATCH);
  });
}

export async function removeOldEvents(ctx: Context, limit: number): Promise<number> {
  if (!(await ctx.clock.judgesAge())) return 0;
  const before = new Date(ctx.now().getTime() - ctx.settings.auditRetention);
  return inTransaction(ctx.db.background, async (client) => {
    // A trigger refuses deletes without this setting, so nothing else can remove events.
    await client.query(`SET LOCAL modelbox.audit_retention = 'on'`);
    const text = `DELETE FROM audit_events WHERE id IN (
        SELECT id FROM audit_events WHERE at < $1 ORDER BY at, id LIMIT $2 FOR UPDATE SKIP LOCKED)`;
    return (await client.query(text, [before, limit])).rowCount ?? 0;
  });
}
