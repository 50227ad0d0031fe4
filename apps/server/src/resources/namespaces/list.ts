import { Prisma } from '@modelbox/db';
import type { SqlSchema } from '@modelbox/domain';
import { visible } from '../../access/visible.ts';
import { listObjects } from '../../core/lists/objects.ts';
import { commonFields } from '../../core/lists/schemas.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Place } from '../../protocol/located.ts';
import type { Verb } from '../../protocol/verb.ts';

export const namespaceSchema: SqlSchema = {
  fields: {
    ...commonFields('n'),
    path: { type: 'text', nfc: true, sql: 'n.path', nullable: false },
    description: { type: 'text', sql: 'n.description' },
    quotaBytes: { type: 'integer', sql: 'n.quota_bytes' },
  },
  metadata: 'n.metadata',
};

/** Limits the list to namespaces below `under`, or to all that the caller may see. */
function within(ctx: RequestContext, under: Place | undefined): Prisma.Sql[] {
  if (under) return [Prisma.sql`is_at_or_below(n.path, ${under.namespace}) AND n.path <> ${under.namespace}`];
  const seen = visible(ctx, 'namespace.read');
  return seen ? [seen] : [];
}

export const listNamespaces: Verb<'namespaces.list'> = (ctx, { query, touched: { under } }) =>
  listObjects(
    ctx,
    {
      kind: 'namespace',
      namespace: under?.namespace,
      from: 'namespaces n',
      idSql: 'n.id',
      schema: namespaceSchema,
      defaultOrder: 'path',
      where: within(ctx, under),
    },
    query,
  );
