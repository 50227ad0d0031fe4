import type { Tx } from '@modelbox/db';
import type { VersionCreate } from '@modelbox/schema';
import { uniqueBy } from '../../core/objects/unique.ts';
import { bodyHash } from '../../core/writes/canonical.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { withoutFiles } from '../files/without-files.ts';
import { pointsOf } from '../metrics/points.ts';
import { chargeQuotas } from '../namespaces/quota.ts';
import { insertVersion, type LoggedMetrics, type NewVersion } from '../versions/insert.ts';

/** Promotes a ready checkpoint to a version with the same files, its latest metrics and its source. */
export const promoteCheckpoint: Verb<'checkpoints.promote'> = (ctx, { body, touched }) => {
  const { checkpoint, model } = touched;
  const { model: _, ...version } = body;
  const datasets = uniqueBy([...touched.datasets, ...touched.measured], (dataset) => dataset.mention);
  return write(ctx, (tx) =>
    promoteInto(tx, ctx, checkpoint, model, { ...version, datasetMentions: datasets }),
  );
};

type Promoted = NewVersion['body'] &
  Pick<VersionCreate, 'metrics'> & { readonly datasetMentions: NewVersion['datasets'] };

export async function promoteInto(
  tx: Tx,
  ctx: RequestContext,
  checkpoint: Pick<Located, 'id' | 'parentId'>,
  model: Located,
  { datasetMentions, ...version }: Promoted,
): Promise<Receipt> {
  const framework = await demandReady(tx, ctx, checkpoint.id);
  const receipt = await insertVersion(tx, ctx, {
    model,
    body: { ...version, framework: version.framework ?? framework },
    createHash: bodyHash({ ...version, promoted: checkpoint.id }),
    isReady: true,
    cause: 'promote',
    source: { checkpointId: checkpoint.id, experimentId: checkpoint.parentId, versionId: null },
    points: pointsOf(version.metrics),
    datasets: datasetMentions,
    fill: (_tx, versionId) => copyContents(tx, checkpoint.id, versionId, model),
  });
  if (receipt.status === 201 && receipt.object)
    await chargeCopies(tx, ctx, model.namespace, receipt.object.id);
  return receipt;
}

/** Locks the checkpoint against deletion, and returns the framework of its experiment. */
async function demandReady(tx: Tx, ctx: RequestContext, id: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<
    { status: string; deletedAt: Date | null; filesRemovedAt: Date | null; framework: string | null }[]
  >`
    SELECT c.status, c.deleted_at AS "deletedAt", c.files_removed_at AS "filesRemovedAt", e.framework
    FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id WHERE c.id = ${id}::uuid FOR SHARE OF c`;
  if (!row || row.deletedAt)
    throw new HttpProblem('not_found', 'The checkpoint is deleted; restore it first.', { id });
  if (row.status !== 'ready')
    throw new HttpProblem('not_ready', 'The checkpoint is pending; finalize it first.', { id });
  if (row.filesRemovedAt) throw await withoutFiles(tx, ctx, id, 'the checkpoint');
  return row.framework;
}

async function copyContents(
  tx: Tx,
  checkpointId: string,
  versionId: string,
  model: Located,
): Promise<LoggedMetrics | undefined> {
  const { id: modelId, namespaceId } = model;
  await tx.$executeRaw`
    INSERT INTO files (id, object_kind, object_id, path, role, uri, size_bytes, sha256, state, media_type, blob_id,
      namespace_id,
                       created_by, created_at)
    SELECT uuid_v7(created_at), 'version', ${versionId}::uuid, path,
      CASE role WHEN 'checkpoint' THEN 'model' ELSE role END,
           uri, size_bytes, sha256, state, media_type, blob_id,
           CASE WHEN blob_id IS NOT NULL THEN ${namespaceId}::uuid END,
           created_by, created_at
    FROM files WHERE object_id = ${checkpointId}::uuid`;
  const [logged] = await tx.$queryRaw<LoggedMetrics[]>`
    SELECT l.changed, l.latest FROM log_metrics('version', ${versionId}::uuid, ${modelId}::uuid, (
      SELECT ARRAY[array_agg(key)::text, array_agg(dataset_id)::text, array_agg(step)::text, array_agg(n)::text,
                   array_agg(n)::text, array_agg(step)::text, array_agg(time)::text, array_agg(digest)::text,
                   array_agg(value)::text]
      FROM (SELECT row_number() OVER () AS n, s.* FROM metric_series s
        WHERE object_id = ${checkpointId}::uuid) AS latest)) AS l`;
  return logged;
}

/** Charges the content again only to quotas that apply to the version but not to the checkpoint. */
async function chargeCopies(
  tx: Tx,
  ctx: RequestContext,
  namespace: string,
  versionId: string,
): Promise<void> {
  const [row] = await tx.$queryRaw<[{ bytes: bigint }]>`
    SELECT coalesce(sum(size_bytes), 0)::bigint AS bytes
    FROM (SELECT DISTINCT blob_id, size_bytes FROM files
      WHERE object_id = ${versionId}::uuid AND blob_id IS NOT NULL) AS f`;
  if (row.bytes > 0)
    await chargeQuotas(tx, ctx, namespace, { bytes: Number(row.bytes), objectId: versionId });
}
