import { listObjects } from '../../core/lists/objects.ts';
import type { Verb } from '../../protocol/verb.ts';
import { versionSchema } from './filter-schema.ts';

export const listVersions: Verb<'models.versions.list'> = (ctx, { query, touched: { model } }) =>
  listObjects(
    ctx,
    {
      kind: 'version',
      namespace: model.namespace,
      from: 'versions v',
      idSql: 'v.id',
      schema: versionSchema,
      defaultOrder: 'createdAt DESC',
      where: [
        'v.model_id = $1',
        '$2::uuid IS NOT NULL',
        query.includeDeleted ? 'true' : 'v.deleted_at IS NULL',
      ],
      values: [model.id, model.namespaceId],
    },
    query,
  );
