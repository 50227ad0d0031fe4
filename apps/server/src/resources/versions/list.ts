import { Prisma } from '@modelbox/db';
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
        Prisma.sql`v.model_id = ${model.id}::uuid`,
        ...(query.includeDeleted ? [] : [Prisma.sql`v.deleted_at IS NULL`]),
      ],
      namespaceId: model.namespaceId,
    },
    query,
  );
