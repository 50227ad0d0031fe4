import type { SqlSchema } from '@modelbox/domain';
import type { Verb } from '../http/verb.ts';
import { listObjects } from '../lists/objects.ts';
import { commonFields } from '../lists/schemas.ts';

export const namespaceSchema: SqlSchema = {
  fields: {
    ...commonFields('n'),
    path: { type: 'text', sql: 'n.path', nullable: false },
    description: { type: 'text', sql: 'n.description' },
    quotaBytes: { type: 'integer', sql: 'n.quota_bytes' },
  },
  metadata: 'n.metadata',
};

export const listNamespaces: Verb<'namespaces.list'> = (ctx, { query, touched: { under } }) =>
  listObjects(
    ctx,
    {
      kind: 'namespace',
      from: 'namespaces n',
      idSql: 'n.id',
      schema: namespaceSchema,
      defaultOrder: 'path',
      where: under ? ["starts_with(n.path, $1 || '/')"] : ['true'],
      values: under ? [under.namespace] : [],
    },
    query,
  );
