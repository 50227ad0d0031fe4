import type { SqlSchema } from '@modelbox/domain';
import { listObjects } from '../../core/lists/objects.ts';
import { commonFields } from '../../core/lists/schemas.ts';
import { namespaceScope } from '../../core/lists/scope.ts';
import type { Verb } from '../../protocol/verb.ts';

export const datasetSchema: SqlSchema = {
  fields: {
    ...commonFields('d'),
    namespace: { type: 'text', nfc: true, sql: 'n.path', nullable: false },
    name: { type: 'text', nfc: true, sql: 'd.name', nullable: false },
    uri: { type: 'text', sql: 'd.uri' },
    digest: { type: 'text', sql: 'd.digest' },
  },
  metadata: 'd.metadata',
};

export const listDatasets: Verb<'datasets.list'> = (ctx, { query, touched }) => {
  const where = namespaceScope(ctx, 'dataset.read', touched.namespace, query.recursive);
  return listObjects(
    ctx,
    {
      kind: 'dataset',
      namespace: touched.namespace?.namespace,
      from: 'datasets d JOIN namespaces n ON n.id = d.namespace_id',
      idSql: 'd.id',
      schema: datasetSchema,
      defaultOrder: 'createdAt DESC',
      where,
    },
    query,
  );
};
