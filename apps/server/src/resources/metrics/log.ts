import { inTransaction, sqlOn } from '@modelbox/db';
import type { OwnerKind } from '@modelbox/schema';
import { deletedMeanwhile } from '../../core/objects/store.ts';
import { isAborted } from '../../core/writes/aborted.ts';
import { byOf } from '../../core/writes/change.ts';
import { replay } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located, Mentioned } from '../../protocol/located.ts';
import type { Answered, Receipt } from '../../protocol/verb.ts';
import { ensureDatasets, noDatasets } from '../datasets/mentions.ts';
import { claimantOf } from './claimant.ts';
import { demandVisibleNewKeys } from './new-keys.ts';
import { mentionsOf, type PointInput, pointColumns } from './points.ts';
import { logMetricsOf, metricSummary } from './queries.ts';

/** Logs a batch of points on an object, atomically in one statement, and returns the latest values. */
export async function logMetrics(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  points: PointInput[],
  mentions: readonly Mentioned[],
): Promise<Answered | Receipt> {
  await demandVisibleNewKeys(ctx, object.id, points);
  const statement = logMetricsOf(kind);
  // Thrown within the transaction, so that no datasets are created for these points.
  const gone = () => deletedMeanwhile(kind, object.id);
  const claimant = claimantOf(ctx, object.namespace);
  const log = async (on: Parameters<typeof statement>[0], columns: string[]) => {
    const [outcome] = await statement(
      on,
      ctx.idempotency?.scope ?? null,
      ctx.idempotency?.bodyHash ?? null,
      ctx.now(),
      `${kind}.metrics`,
      object.id,
      object.parentId,
      columns,
      object.namespace,
      byOf(ctx),
      ctx.settings.metricKeys,
      claimant.principals,
      claimant.role,
    ).catch((error: unknown) => {
      throw isAborted(error) ? gone() : error;
    });
    if (outcome?.claimed && !outcome.lives) throw gone();
    return outcome;
  };
  const outcome =
    mentions.length === 0
      ? await log(ctx.db.requests, pointColumns(points, noDatasets))
      : await inTransaction(ctx.db.requests, async (client) => {
          const datasetOf = await ensureDatasets(
            sqlOn(client),
            ctx,
            mentions,
            mentionsOf(points),
            object.namespace,
          );
          return log(client, pointColumns(points, datasetOf));
        });
  if (!outcome?.claimed) return replay(ctx);
  return { status: 200, body: await metricSummary(ctx, object) };
}
