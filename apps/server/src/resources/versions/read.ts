import { FILES_INLINE_MAX, type Version } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { type RetainedRow, retainedColumns, retainedOf } from '../../core/objects/retained.ts';
import { type DeletableRow, deletableAuditFieldsOf, deletableColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import { checkpointNamespace } from '../../protocol/cross-namespace.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';
import { type FileRow, fileCountSql, filesSql, toFile } from '../files/wire.ts';
import { type LatestRow, latestSql, latestValues } from '../metrics/latest.ts';
import { crossNamespaceOf } from './cross-namespace.ts';

interface VersionRow extends DeletableRow, RetainedRow {
  namespace: string;
  model: string;
  modelId: string;
  version: string;
  name: string | null;
  description: string | null;
  framework: string | null;
  status: Version['status'];
  tags: string[];
  aliases: string[];
  readyAt: Date | null;
  files: FileRow[] | null;
  fileCount: number;
  latest: LatestRow[] | null;
  datasets: Version['datasets'] | null;
  checkpoint: string | null;
  checkpointIn: string | null;
  experiment: string | null;
  base: string | null;
}

const select = reader<VersionRow>(
  'read_versions',
  `SELECT ${deletableColumns('v')}, ${retainedColumns('v')}, n.path AS namespace, m.name AS model, m.id AS "modelId",
     v.version, v.name,
          v.description, v.framework, v.status, v.tags, v.ready_at AS "readyAt",
          ARRAY(SELECT a.name FROM aliases a WHERE a.version_id = v.id ORDER BY a.name) AS aliases,
          ${filesSql('v.id', FILES_INLINE_MAX)} AS files, ${fileCountSql('v.id')} AS "fileCount",
          ${latestSql('v.id', 'm.namespace_id')} AS latest,
          (SELECT json_agg(json_build_object('id', d.id, 'digest', u.digest, 'name',
                    CASE WHEN d.namespace_id = m.namespace_id THEN d.name ELSE dn.path || '/' || d.name END)
                  ORDER BY u.position)
           FROM version_datasets u JOIN datasets d ON d.id = u.dataset_id JOIN namespaces dn ON dn.id = d.namespace_id
           WHERE u.version_id = v.id) AS datasets,
          v.source_checkpoint_id AS checkpoint,
          ${checkpointNamespace('v.source_checkpoint_id')} AS "checkpointIn",
          (SELECT en.path || '/' || e.name FROM experiments e JOIN namespaces en ON en.id = e.namespace_id
           WHERE e.id = v.source_experiment_id) AS experiment,
          (SELECT bn.path || '/' || bm.name || ':' || b.version
           FROM versions b JOIN models bm ON bm.id = b.model_id JOIN namespaces bn ON bn.id = bm.namespace_id
           WHERE b.id = v.source_version_id) AS base
   FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id
   WHERE v.id = ANY ($1::uuid[])`,
);

export async function readVersions({ db }: Context, ids: string[], room?: Room): Promise<Readout<Version>[]> {
  return (await select(db.requests, ids, room)).map((row) => {
    const body = toVersion(row);
    return {
      id: row.id,
      body,
      etag: etagOf(row.rowVersion),
      crossNamespace: crossNamespaceOf(body, row.checkpointIn),
    };
  });
}

function toVersion(row: VersionRow): Version {
  return {
    namespace: row.namespace,
    model: row.model,
    modelId: row.modelId,
    version: row.version,
    name: row.name,
    description: row.description,
    framework: row.framework,
    status: row.status,
    metadata: row.metadata,
    tags: row.tags,
    aliases: row.aliases,
    files: (row.files ?? []).map(toFile),
    fileCount: row.fileCount,
    ...latestValues(row.latest),
    datasets: row.datasets ?? [],
    source: sourceOf(row),
    readyAt: row.readyAt?.toISOString() ?? null,
    ...retainedOf(row),
    ...deletableAuditFieldsOf(row),
  };
}

function sourceOf({ checkpoint, experiment, base }: VersionRow): Version['source'] {
  if (checkpoint === null && experiment === null && base === null) return null;
  return {
    ...(checkpoint === null ? {} : { checkpoint }),
    ...(experiment === null ? {} : { experiment }),
    ...(base === null ? {} : { version: base }),
  };
}
