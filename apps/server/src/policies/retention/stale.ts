import { sqlOf, sqlOn } from '@modelbox/db';
import { durationOf } from '@modelbox/domain';
import { lockLiving } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import { effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import type { Context } from '../../protocol/context.ts';
import { experiments } from '../../resources/experiments/store.ts';
import { noteSuspended } from '../engine/note-suspended.ts';
import { ownContext } from '../engine/session.ts';
import { suspensionsOf } from '../owners/suspensions.ts';

const BATCH = 100;

/** Running experiments of a namespace without any change since a time. A nearer policy overrides this one. */
const SILENT = `
  SELECT e.id, n.path AS namespace
  FROM experiments e JOIN namespaces n ON n.id = e.namespace_id
  WHERE is_at_or_below(n.path, $1::text) AND e.status = 'running' AND e.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM policies p JOIN namespaces o ON o.id = p.owner_id
                    WHERE p.document ? 'staleAfter' AND length(o.path) > length($1::text)
                      AND is_at_or_below(n.path, o.path))
    AND e.updated_at <= $2::timestamptz
    AND NOT EXISTS (SELECT 1 FROM changes h WHERE h.object_id = e.id AND h.at > $2::timestamptz)
    AND NOT EXISTS (SELECT 1 FROM checkpoints c WHERE c.experiment_id = e.id AND (
                      c.created_at > $2::timestamptz OR c.updated_at > $2::timestamptz
                      OR EXISTS (SELECT 1 FROM changes h WHERE h.object_id = c.id AND h.at > $2::timestamptz)))`;

interface Policy {
  id: string;
  path: string;
  staleAfter: string;
}

/** Sets running experiments to `aborted` if they were silent for longer than `staleAfter` of their namespace. */
export async function abortStale(ctx: Context): Promise<number> {
  const policies = await sqlOn(ctx.db.background)<Policy>(
    `SELECT n.id, n.path, p.document->>'staleAfter' AS "staleAfter"
     FROM policies p JOIN namespaces n ON n.id = p.owner_id
     WHERE p.document ? 'staleAfter'`,
    [],
  );
  let aborted = 0;
  for (const { id, path, staleAfter } of policies) {
    const since = new Date(ctx.now().getTime() - durationOf(staleAfter));
    const silent = await sqlOn(ctx.db.background)<{ id: string; namespace: string }>(
      `${SILENT} LIMIT ${BATCH}`,
      [path, since],
    );
    if (silent.length > 0 && !(await ctx.clock.judgesAge())) return aborted;
    if (silent.length > 0 && (await isSuspended(ctx, id, path))) continue;
    for (const experiment of silent) aborted += await abort(ctx, path, since, experiment);
  }
  return aborted;
}

async function isSuspended(ctx: Context, id: string, name: string): Promise<boolean> {
  const section = 'staleAfter';
  const sql = sqlOn(ctx.db.background);
  const policy = await effectiveOf(sql, { kind: 'namespace', id, name });
  const words = (await suspensionsOf(ctx, sql, policy, [section]))[section];
  if (words === undefined) return false;
  const source = policy.sources[section] ?? null;
  await noteSuspended(sql, { section, words, kind: 'namespace', id, name, source }, ctx.now());
  return true;
}

/** Checks the experiment again under its lock, because it may have become active meanwhile. */
function abort(
  ctx: Context,
  path: string,
  since: Date,
  experiment: { readonly id: string; readonly namespace: string },
): Promise<number> {
  const own = ownContext(ctx);
  return ctx.db.prisma.$transaction(async (tx) => {
    const row = await lockLiving(tx, own, experiments, experiment).catch(() => undefined);
    const [still] = await sqlOf(tx)(`${SILENT} AND e.id = $3::uuid`, [path, since, experiment.id]);
    if (row === undefined || still === undefined) return 0;
    await setColumns(tx, own, {
      store: experiments,
      object: experiment,
      before: row,
      columns: { status: 'aborted' },
      action: 'updated',
    });
    return 1;
  });
}
