import type { SqlSchema } from '@modelbox/domain';
import type { Verb } from '../http/verb.ts';
import { listObjects } from '../lists/objects.ts';
import { commonFields, metricSql, tagsSql } from '../lists/schemas.ts';
import { namespaceScope } from '../lists/scope.ts';

export const experimentSchema: SqlSchema = {
  fields: {
    ...commonFields('e'),
    namespace: { type: 'text', sql: 'n.path', nullable: false },
    name: { type: 'text', sql: 'e.name', nullable: false },
    owner: { type: 'text', sql: 'e.owner' },
    task: { type: 'text', sql: 'e.task' },
    framework: { type: 'text', sql: 'e.framework' },
    externalId: { type: 'text', sql: 'e.external_id' },
    status: { type: 'text', sql: 'e.status', nullable: false },
    deletedAt: { type: 'time', sql: 'e.deleted_at' },
  },
  tags: tagsSql('e'),
  metadata: 'e.metadata',
  metric: metricSql('e', 'e.namespace_id'),
};

export const listExperiments: Verb<'experiments.list'> = (ctx, { query, touched }) => {
  const { where, values } = namespaceScope(ctx, 'experiment.read', touched.namespace, query.recursive);
  return listObjects(
    ctx,
    {
      kind: 'experiment',
      from: 'experiments e JOIN namespaces n ON n.id = e.namespace_id',
      idSql: 'e.id',
      schema: experimentSchema,
      defaultOrder: 'createdAt DESC',
      where: [...where, query.includeDeleted ? 'true' : 'e.deleted_at IS NULL'],
      values,
    },
    query,
  );
};
