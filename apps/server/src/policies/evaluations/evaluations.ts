import { prepared, sqlOn } from '@modelbox/db';
import { coverageOf, decideAccess, isUuid } from '@modelbox/domain';
import type { Evaluation } from '@modelbox/schema';
import { badCursor, decodeCursor } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import { effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import { invalidField } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { ownerOf } from '../documents/read.ts';
import { knownDatasets } from '../owners/known-datasets.ts';

interface Row {
  version: string;
  versionId: string;
  position: number;
  datasetId: string;
  isEvaluated: boolean;
  digest: string | null;
  current: string | null;
  readyAt: Date;
}

/** Prefers a series under the current digest of the dataset: only without one, the evaluation is stale. */
const page = prepared<
  [
    modelId: string,
    datasets: string[],
    state: string,
    afterAt: string | null,
    afterId: string | null,
    afterPosition: number,
    limit: number,
    bytes: number,
    isEmpty: boolean,
  ],
  Row & SizedRow
>(
  'list_evaluations',
  sizedSql(
    `SELECT v.version, v.id AS "versionId", d.position::int, d.id AS "datasetId", e.id IS NOT NULL AS "isEvaluated",
       e.digest,
          s.digest AS current, v.ready_at AS "readyAt"
   FROM versions v
   CROSS JOIN unnest($2::uuid[]) WITH ORDINALITY AS d (id, position)
   JOIN datasets s ON s.id = d.id
   LEFT JOIN LATERAL (
     SELECT m.id, m.digest FROM metric_series m WHERE m.object_id = v.id AND m.dataset_id = d.id
     ORDER BY m.digest IS NOT DISTINCT FROM s.digest DESC LIMIT 1) AS e ON true
   WHERE v.model_id = $1 AND v.status = 'ready' AND v.deleted_at IS NULL
     AND CASE $3 WHEN 'all' THEN true
                 WHEN 'missing' THEN e.id IS NULL
                 WHEN 'stale' THEN e.id IS NOT NULL AND s.digest IS NOT NULL AND e.digest IS DISTINCT FROM s.digest
                 WHEN 'done' THEN e.id IS NOT NULL AND (s.digest IS NULL OR e.digest IS NOT DISTINCT FROM s.digest)
                 ELSE e.id IS NULL OR (s.digest IS NOT NULL AND e.digest IS DISTINCT FROM s.digest) END
     AND ($4::timestamptz IS NULL OR (v.ready_at, v.id, d.position) > ($4, $5::uuid, $6))
   ORDER BY v.ready_at, v.id, d.position LIMIT $7`,
    '$8',
    '$9',
  ),
);

export const listEvaluations: Verb<'models.evaluations.list'> = async (
  ctx,
  { query, touched: { model } },
) => {
  const sql = sqlOn(ctx.db.requests);
  const { document } = await effectiveOf(sql, ownerOf(model));
  const names = (document.evaluate ?? []).map(({ dataset }) => dataset);
  if (query.dataset !== undefined && !names.includes(query.dataset)) {
    throw invalidField(
      'query',
      '/dataset',
      `must be a dataset of the policy: ${names.join(', ') || 'it names none'}`,
    );
  }
  const known = await knownDatasets(sql, model.namespace, names);
  // Datasets that the caller may not read are left out.
  const mayEvaluate = (namespace: string) => decideAccess(ctx.actor, 'dataset.read', namespace) === 'allowed';
  const asked = names.flatMap((name) => {
    const dataset = known.get(name);
    return dataset &&
      mayEvaluate(dataset.namespace) &&
      (query.dataset === undefined || query.dataset === name)
      ? [{ name, ...dataset }]
      : [];
  });
  const toEvaluation = (row: Row): Evaluation => ({
    version: row.version,
    versionId: row.versionId,
    dataset: asked[row.position - 1]?.name ?? '',
    datasetId: row.datasetId,
    state: coverageOf(row.isEvaluated ? row : undefined, row.current),
    digest: row.current,
    evaluatedDigest: row.digest,
    readyAt: row.readyAt.toISOString(),
  });
  const ids = asked.map((dataset) => dataset.id);
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorOf(query.cursor),
    read: (after, count, { bytes, isEmpty }) => {
      const [at, id, position] = after ?? [null, null, 0];
      return page(
        ctx.db.requests,
        model.id,
        ids,
        query.state ?? 'owed',
        at,
        id,
        position,
        count,
        bytes,
        isEmpty,
      );
    },
    toItem: toEvaluation,
    cursorOf: (row: Row): Position => [row.readyAt.toISOString(), row.versionId, row.position],
  });
  return { status: 200, body };
};

type Position = [at: string, id: string, position: number];

function cursorOf(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  const value = decodeCursor(text);
  const [at, id, position] = Array.isArray(value) ? value : [];
  const isWhole =
    typeof at === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) &&
    !Number.isNaN(Date.parse(at)) &&
    typeof id === 'string' &&
    isUuid(id) &&
    Number.isSafeInteger(position) &&
    position >= 0 &&
    position < 2 ** 31;
  if (!isWhole) throw badCursor();
  return [at, id, position];
}
