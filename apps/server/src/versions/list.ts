import type { SqlSchema } from '@modelbox/domain';
import type { Verb } from '../http/verb.ts';
import { listObjects } from '../lists/objects.ts';
import { commonFields, metricSql, tagsSql } from '../lists/schemas.ts';

/** `$2` is the namespace in which bare dataset names lie. */
export const versionSchema: SqlSchema = {
  fields: {
    ...commonFields('v'),
    version: { type: 'text', sql: 'v.version', nullable: false },
    name: { type: 'text', sql: 'v.name' },
    description: { type: 'text', sql: 'v.description' },
    framework: { type: 'text', sql: 'v.framework' },
    status: { type: 'text', sql: 'v.status', nullable: false },
    readyAt: { type: 'time', sql: 'v.ready_at' },
    deletedAt: { type: 'time', sql: 'v.deleted_at' },
  },
  tags: tagsSql('v'),
  aliases: {
    holds: (word) => `EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id AND a.name = ${word})`,
    empty: 'NOT EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id)',
  },
  metadata: 'v.metadata',
  metric: metricSql('v', '$2::uuid'),
};

export const listVersions: Verb<'models.versions.list'> = (ctx, { query, touched: { model } }) =>
  listObjects(
    ctx,
    {
      kind: 'version',
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
