import type { Sql } from '@modelbox/db';
import type { CheckpointCreate } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { checkMetadata, tagSet } from '../../core/objects/patch.ts';
import { isReadyAtOnce } from '../../core/objects/ready.ts';
import { bodyHash } from '../../core/writes/canonical.ts';
import { byOf } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located, Mentioned } from '../../protocol/located.ts';
import { ensureDatasets, noDatasets } from '../datasets/mentions.ts';
import { trackedRows } from '../files/rows.ts';
import { trackedFiles } from '../files/tracked.ts';
import { demandVisibleKeys } from '../metrics/new-keys.ts';
import { mentionsOf, pointColumns, pointsOf } from '../metrics/points.ts';
import type { NewCheckpoint } from './queries.ts';
import { checkpointFields } from './store.ts';

export interface Draft {
  readonly experiment: Located;
  readonly row: Omit<NewCheckpoint, 'points'>;
  /** Resolves the mentioned datasets in the transaction of the caller, and returns the points as columns for SQL. */
  points(sql: Sql): Promise<string[]>;
  readonly mentions: boolean;
  /** Names of datasets by id. Filled by `points`. */
  readonly labels: Map<string, string>;
}

/** Builds the checkpoint that a request describes. Throws 422 if its files, metric keys or metadata are invalid. */
export function draftOf(
  ctx: RequestContext,
  body: CheckpointCreate,
  experiment: Located,
  measured: readonly Mentioned[],
): Draft {
  const { replace: _, ...identity } = body;
  demandVisibleKeys(body.metrics);
  const points = pointsOf(body.metrics);
  const id = newId(ctx);
  const own = {
    id,
    experimentId: experiment.id,
    epoch: body.epoch ?? null,
    step: body.step ?? null,
    status: isReadyAtOnce(body) ? ('ready' as const) : ('pending' as const),
    metadata: checkMetadata(body.metadata ?? {}),
    tags: tagSet(body.tags),
  };
  const labels = new Map<string, string>();
  return {
    experiment,
    labels,
    mentions: measured.length > 0,
    row: {
      ...own,
      metadata: JSON.stringify(own.metadata),
      createHash: bodyHash(identity),
      actor: ctx.actor.name,
      now: ctx.now(),
      files: JSON.stringify(trackedRows(ctx, 'checkpoint', id, trackedFiles(body.files ?? [], 'checkpoint'))),
      namespace: experiment.namespace,
      after: JSON.stringify(checkpointFields(own)),
      by: byOf(ctx),
      mostKeys: ctx.settings.metricKeys,
      idempotency: ctx.idempotency,
    },
    points: async (sql) => {
      if (measured.length === 0) return pointColumns(points, noDatasets);
      const datasetOf = await ensureDatasets(sql, ctx, measured, mentionsOf(points), experiment.namespace);
      return pointColumns(points, (mention) => {
        const dataset = datasetOf(mention);
        labels.set(dataset.id, dataset.label);
        return dataset;
      });
    },
  };
}

/** Returns the position for messages, for example `epoch 3, step 1200`. */
export const positionOf = ({ row }: Draft): string =>
  [row.epoch === null ? [] : `epoch ${row.epoch}`, row.step === null ? [] : `step ${row.step}`]
    .flat()
    .join(', ');
