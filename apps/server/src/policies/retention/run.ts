import { sqlOn } from '@modelbox/db';
import { createPace } from '../../core/pace.ts';
import type { Context } from '../../protocol/context.ts';
import { readRows } from '../engine/snapshot.ts';
import { type Planned, planRetention } from './plan.ts';
import { type Removed, removeObjects } from './remove.ts';
import { type Scope, type ScopeOwner, scopeOf } from './scope.ts';
import { isSuspended } from './suspension.ts';
import { noteUndecided } from './undecided.ts';

/** Objects per transaction: few, so that nobody waits long for their locks. */
const BATCH = 50;

export async function retentionScopes(ctx: Context): Promise<ScopeOwner[]> {
  return sqlOn(ctx.db.background)<ScopeOwner>(
    `SELECT 'model' AS kind, m.id, n.path || '/' || m.name AS name, n.path AS namespace, n.id AS "namespaceId"
     FROM models m JOIN namespaces n ON n.id = m.namespace_id
     WHERE m.deleted_at IS NULL AND EXISTS (
       SELECT 1 FROM policies p LEFT JOIN namespaces o ON p.owner_kind = 'namespace' AND o.id = p.owner_id
       WHERE p.document->'retain' ? 'versions' AND (p.owner_id = m.id OR is_at_or_below(n.path, o.path)))
     UNION ALL
     SELECT 'namespace', n.id, n.path, n.path, n.id FROM policies p JOIN namespaces n ON n.id = p.owner_id
     WHERE p.document->'retain' ? 'checkpoints'
     ORDER BY 2`,
    [],
  );
}

export async function retain(ctx: Context, owner: ScopeOwner, stopping?: AbortSignal): Promise<Removed> {
  const total = { removed: 0, skipped: 0, bytes: 0 };
  const scope = await scopeOf(sqlOn(ctx.db.background), owner);
  if (scope === undefined || (await isSuspended(ctx, scope))) return total;
  const { gone, undecided } = await findGone(ctx, scope);
  if (undecided.length > 0) await noteUndecided(ctx, scope, undecided);
  for (let at = 0; at < gone.length && !stopping?.aborted; at += BATCH) {
    if (!(await ctx.clock.judgesAge())) return total;
    const { removed, skipped, bytes } = await removeObjects(ctx, scope, gone.slice(at, at + BATCH));
    total.removed += removed;
    total.skipped += skipped;
    total.bytes += bytes;
  }
  return total;
}

/** Makes the whole plan in one snapshot first, so that removals do not change it. */
const findGone = (ctx: Context, scope: Scope) =>
  readRows(ctx.db.background, async (sql) => {
    const { undecided, verdicts } = await planRetention(sql, scope, ctx.now(), createPace());
    const gone: Planned[] = [];
    for await (const { object, verdict } of verdicts) if (verdict.remove) gone.push(object);
    return { gone, undecided };
  });
