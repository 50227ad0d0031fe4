import { Prisma } from '@modelbox/db';
import type { SqlSchema } from '@modelbox/domain';
import { listObjects } from '../../core/lists/objects.ts';
import { commonFields, metricSql, tagsSql } from '../../core/lists/schemas.ts';
import { namespaceScope } from '../../core/lists/scope.ts';
import type { Verb } from '../../protocol/verb.ts';

export const modelSchema: SqlSchema = {
  fields: {
    ...commonFields('m'),
    namespace: { type: 'text', nfc: true, sql: 'n.path', nullable: false },
    name: { type: 'text', nfc: true, sql: 'm.name', nullable: false },
    owner: { type: 'text', sql: 'm.owner' },
    task: { type: 'text', sql: 'm.task' },
    description: { type: 'text', sql: 'm.description' },
    deletedAt: { type: 'time', sql: 'm.deleted_at' },
  },
  tags: tagsSql('m'),
  metadata: 'm.metadata',
  metric: metricSql('m', 'm.namespace_id'),
};

export const listModels: Verb<'models.list'> = (ctx, { query, touched }) => {
  const where = namespaceScope(ctx, 'model.read', touched.namespace, query.recursive);
  return listObjects(
    ctx,
    {
      kind: 'model',
      namespace: touched.namespace?.namespace,
      from: 'models m JOIN namespaces n ON n.id = m.namespace_id',
      idSql: 'm.id',
      schema: modelSchema,
      defaultOrder: 'createdAt DESC',
      where: query.includeDeleted ? where : [...where, Prisma.sql`m.deleted_at IS NULL`],
    },
    query,
  );
};
