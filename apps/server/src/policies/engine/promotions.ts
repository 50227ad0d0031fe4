import {
  type CheckpointFacts,
  compileFilter,
  type FilterObject,
  type PromoteRule,
  type PromotionQuestion,
  parseFilter,
  promotedName,
  promoteVerdict,
} from '@modelbox/domain';
import { checkpointSchema } from '../../resources/checkpoints/filter-schema.ts';
import { experimentSchema } from '../../resources/experiments/filter-schema.ts';
import { type LatestRow, latestSql, latestValues } from '../../resources/metrics/latest.ts';
import type { Promoting } from './act-promotion.ts';
import { actOnPromotion } from './act-promotion.ts';
import { namedInFull } from './facts.ts';
import type { ReadSession, Session } from './session.ts';

/** Most experiments per evaluation, the newest first: older ones were decided long ago. */
const EXPERIMENTS = 1000;

/**
 * Evaluates every promotion rule of the model for the best checkpoint of the affected experiments.
 * @param of the changed checkpoint or experiment. Empty: all experiments.
 */
export async function promoteFrom(
  session: Session,
  of: { readonly checkpointId?: string; readonly experimentId?: string },
): Promise<void> {
  for await (const promoting of promotions(session, of)) await actOnPromotion(session, promoting);
}

/** Yields the verdicts of the rules on the best checkpoint of each experiment, or of all together. */
export async function* promotions(
  session: ReadSession,
  of: { readonly checkpointId?: string; readonly experimentId?: string },
): AsyncGenerator<Promoting> {
  for (const rule of session.policy.document.promote ?? []) {
    const datasetId = session.datasetId(rule.dataset);
    if (datasetId === undefined) continue;
    const touched = await experimentsOf(session, rule, of);
    if (touched.length === 0) continue;
    if (rule.per === 'all') {
      const all = await experimentsOf(session, rule, {});
      const ids = await best(
        session,
        rule,
        datasetId,
        all.map(({ id }) => id),
        2,
      );
      yield* judged(session, rule, all, ids);
    } else {
      for (const experiment of touched) {
        yield* judged(session, rule, [experiment], await best(session, rule, datasetId, [experiment.id], 2));
      }
    }
  }
}

interface Experiment {
  id: string;
  name: string;
  status: string;
}

/**
 * Reads the experiments in and below the namespace of the model that pass the rule. `finish` needs finished
 * experiments.
 */
async function experimentsOf(
  { sql, model }: ReadSession,
  rule: PromoteRule,
  {
    checkpointId = null,
    experimentId = null,
  }: { readonly checkpointId?: string | null; readonly experimentId?: string | null },
): Promise<Experiment[]> {
  const filter = compileFilter(parseFilter(rule.experiments ?? '', experimentSchema), experimentSchema, 5);
  return sql<Experiment>(
    `SELECT e.id, e.name, e.status FROM experiments e JOIN namespaces n ON n.id = e.namespace_id
     WHERE is_at_or_below(n.path, $1::text) AND e.deleted_at IS NULL
       AND ($2::uuid IS NULL OR e.id = (SELECT c.experiment_id FROM checkpoints c WHERE c.id = $2::uuid))
       AND ($3::uuid IS NULL OR e.id = $3::uuid) AND ($4::text <> 'finish' OR e.status = 'finished') AND (${filter.sql})
     ORDER BY e.created_at DESC LIMIT ${EXPERIMENTS}`,
    [model.namespace, checkpointId, experimentId, rule.at ?? 'finish', ...filter.params],
  );
}

/** Returns the best ready checkpoints of experiments by the metric of the rule. The oldest wins a tie. */
async function best(
  { sql }: ReadSession,
  rule: PromoteRule,
  datasetId: string | null,
  experiments: readonly string[],
  count: number,
): Promise<string[]> {
  const isDataset =
    datasetId === null ? '($3::uuid IS NULL AND s.dataset_id IS NULL)' : 's.dataset_id = $3::uuid';
  const rows = await sql<{ id: string }>(
    `SELECT c.id FROM metric_series s JOIN checkpoints c ON c.id = s.object_id
     WHERE s.scope_id = ANY ($1::uuid[]) AND s.key = $2::text AND ${isDataset} AND s.value <> 'NaN'
       AND c.status = 'ready' AND c.deleted_at IS NULL AND c.files_removed_at IS NULL
     ORDER BY s.value ${rule.direction === 'max' ? 'DESC' : 'ASC'}, c.created_order LIMIT ${count}`,
    [experiments, rule.metric, datasetId],
  );
  return rows.map(({ id }) => id);
}

interface CheckpointRow {
  id: string;
  status: string;
  createdAt: Date;
  order: number;
  updatedAt: Date;
  readyAt: Date | null;
  createdBy: string;
  deletedAt: Date | null;
  epoch: bigint | number | null;
  step: bigint | number | null;
  tags: string[];
  metadata: unknown;
  namespace: string;
  experimentId: string;
  latest: LatestRow[] | null;
  promotedAs: string | null;
}

/** Yields the verdict on the best checkpoint. The second best is the one that it is compared with. */
async function* judged(
  session: ReadSession,
  rule: PromoteRule,
  experiments: readonly Experiment[],
  [first, second]: readonly string[],
): AsyncGenerator<Promoting> {
  if (first === undefined) return;
  const rows = await session.sql<CheckpointRow>(CHECKPOINTS, [[first, second ?? first], session.model.id]);
  const row = rows.find(({ id }) => id === first);
  const experiment = experiments.find(({ id }) => id === row?.experimentId);
  if (row === undefined || experiment === undefined) return;
  const other = second === undefined ? undefined : rows.find(({ id }) => id === second);
  // Dataset names of a rule are relative to the model, but the experiment may be in a namespace below.
  const dataset =
    rule.dataset === undefined || rule.dataset.includes('/')
      ? rule.dataset
      : `${session.model.namespace}/${rule.dataset}`;
  const question: PromotionQuestion = {
    rule: { ...rule, dataset },
    filter: rule.filter === undefined ? null : parseFilter(rule.filter, checkpointSchema),
    candidate: toFacts(row),
    experiment: { name: experiment.name, status: experiment.status, matches: true },
    model: session.model.name,
    best: other === undefined ? null : toFacts(other),
    promotedAs: row.promotedAs,
  };
  yield { rule, question, verdict: promoteVerdict(question), experiment, name: promotedName(question) };
}

const CHECKPOINTS = `
  SELECT c.id, c.status, c.created_at AS "createdAt", c.created_order::float8 AS "order", c.updated_at AS "updatedAt",
         c.ready_at AS "readyAt",
         c.created_by AS "createdBy", c.deleted_at AS "deletedAt", c.epoch, c.step, c.tags, c.metadata,
         n.path AS namespace,
         c.experiment_id AS "experimentId", ${latestSql('c.id', 'e.namespace_id')} AS latest,
         coalesce((SELECT v.version FROM versions v WHERE v.model_id = $2::uuid AND v.source_checkpoint_id = c.id
                   ORDER BY v.created_order LIMIT 1),
                  (SELECT d.inputs->>'version' FROM decisions d
                   WHERE d.subject_id = c.id AND d.model_id = $2::uuid AND d.outcome = 'promoted'
                   LIMIT 1)) AS "promotedAs"
  FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
  WHERE c.id = ANY ($1::uuid[])`;

function toFacts(row: CheckpointRow): CheckpointFacts {
  const { metrics, evaluations } = latestValues(row.latest);
  const epoch = row.epoch === null ? null : Number(row.epoch);
  const step = row.step === null ? null : Number(row.step);
  const { id, status, order, createdAt, updatedAt, readyAt, createdBy, deletedAt } = row;
  const object: FilterObject = {
    fields: { id, status, createdAt, updatedAt, readyAt, createdBy, deletedAt, epoch, step },
    tags: row.tags,
    metadata: row.metadata,
    metrics,
    evaluations: namedInFull(evaluations, row.namespace),
  };
  return { id, isReady: status === 'ready', isDeleted: deletedAt !== null, order, epoch, step, object };
}
