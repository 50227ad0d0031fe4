import type { Version } from '@modelbox/db';
import type { ObjectStore } from '../../protocol/kinds.ts';

type Own = Pick<
  Version,
  'id' | 'modelId' | 'version' | 'name' | 'description' | 'framework' | 'status' | 'tags'
> &
  Pick<Version, 'sourceCheckpointId' | 'sourceExperimentId' | 'sourceVersionId'> & {
    metadata: unknown;
    deletedAt?: Date | null;
  };

export const versionFields = (row: Own) => ({
  id: row.id,
  modelId: row.modelId,
  version: row.version,
  name: row.name,
  description: row.description,
  framework: row.framework,
  status: row.status,
  metadata: row.metadata,
  tags: row.tags,
  sourceCheckpointId: row.sourceCheckpointId,
  sourceExperimentId: row.sourceExperimentId,
  sourceVersionId: row.sourceVersionId,
  deletedAt: row.deletedAt?.toISOString() ?? null,
});

export const versions: ObjectStore<Version> = {
  kind: 'version',
  table: 'versions',
  find: (tx, id) => tx.version.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.version.update({ where: { id }, data: columns }),
  fields: versionFields,
};
