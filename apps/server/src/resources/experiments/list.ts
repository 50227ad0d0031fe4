import { Prisma } from '@modelbox/db';
import { listObjects } from '../../core/lists/objects.ts';
import { namespaceScope } from '../../core/lists/scope.ts';
import type { Verb } from '../../protocol/verb.ts';
import { experimentSchema } from './filter-schema.ts';

export const listExperiments: Verb<'experiments.list'> = (ctx, { query, touched }) => {
  const where = namespaceScope(ctx, 'experiment.read', touched.namespace, query.recursive);
  return listObjects(
    ctx,
    {
      kind: 'experiment',
      namespace: touched.namespace?.namespace,
      from: 'experiments e JOIN namespaces n ON n.id = e.namespace_id',
      idSql: 'e.id',
      schema: experimentSchema,
      defaultOrder: 'createdAt DESC',
      where: query.includeDeleted ? where : [...where, Prisma.sql`e.deleted_at IS NULL`],
    },
    query,
  );
};
