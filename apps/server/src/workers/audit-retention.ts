import { inTransaction } from '@modelbox/db';
import type { Context } from '../protocol/context.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 600_000;
/** Events that one transaction removes. */
const BATCH = 5_000;

/** Removes denied attempts and reads that are older than they are kept. Changes stay: what happened is told by them. */
export function startAuditRetention(ctx: Context): Loop {
  return startLoop('audit retention', INTERVAL, ctx.log, async (stopping) => {
    while (!stopping.aborted && (await removeOldEvents(ctx, BATCH)) >= BATCH);
  });
}

/** Removes up to `limit` events whose time is over, the oldest first, and answers how many. */
export async function removeOldEvents(ctx: Context, limit: number): Promise<number> {
  if (!(await ctx.clock.judgesAge())) return 0;
  const before = new Date(ctx.now().getTime() - ctx.settings.auditRetention);
  return inTransaction(ctx.db.background, async (client) => {
    // Without it the database refuses: nothing else may remove any.
    await client.query(`SET LOCAL modelbox.audit_retention = 'on'`);
    const text = `DELETE FROM audit_events WHERE id IN (
        SELECT id FROM audit_events WHERE at < $1 ORDER BY at, id LIMIT $2 FOR UPDATE SKIP LOCKED)`;
    return (await client.query(text, [before, limit])).rowCount ?? 0;
  });
}
