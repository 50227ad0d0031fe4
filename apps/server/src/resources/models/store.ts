import type { Model, Prisma } from '@modelbox/db';
import { lastChange, namedFinder } from '../../core/names/finder.ts';
import type { NamedStore } from '../../core/objects/create.ts';

interface OwnColumns {
  owner: string | null;
  task: string | null;
  description: string | null;
  metadata: object;
  tags: string[];
}

export const models: NamedStore<Model, OwnColumns> = {
  kind: 'model',
  find: (tx, id) => tx.model.findUnique({ where: { id } }),
  findNamed: (tx, namespaceId, name) =>
    tx.model.findUnique({ where: { namespaceId_name: { namespaceId, name } } }),
  insert: (tx, row) =>
    tx.model.createMany({ data: [row as Prisma.ModelCreateManyInput], skipDuplicates: true }),
  set: (tx, id, columns) => tx.model.update({ where: { id }, data: columns }),
  fields: (row, { namespace }) => ({
    id: row.id,
    namespace,
    name: row.name,
    owner: row.owner,
    task: row.task,
    description: row.description,
    metadata: row.metadata,
    tags: row.tags,
    deletedAt: 'deletedAt' in row ? (row.deletedAt?.toISOString() ?? null) : null,
  }),
};

export const findModel = namedFinder({
  kind: 'model',
  as: 'm',
  deletedAt: 'm.deleted_at',
  cacheTag: lastChange('m.id'),
});
