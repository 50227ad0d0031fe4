import type { Experiment, Prisma } from '@modelbox/db';
import type { NamedStore } from '../objects/create.ts';

interface OwnColumns {
  owner: string | null;
  task: string | null;
  framework: string | null;
  externalId: string | null;
  status: string;
  metadata: object;
  tags: string[];
}

export const experiments: NamedStore<Experiment, OwnColumns> = {
  kind: 'experiment',
  table: 'experiments',
  find: (tx, id) => tx.experiment.findUnique({ where: { id } }),
  findNamed: (tx, namespaceId, name) =>
    tx.experiment.findUnique({ where: { namespaceId_name: { namespaceId, name } } }),
  insert: (tx, row) =>
    tx.experiment.createMany({ data: [row as Prisma.ExperimentCreateManyInput], skipDuplicates: true }),
  set: (tx, id, columns) => tx.experiment.update({ where: { id }, data: columns }),
  fields: (row, { namespace }) => ({
    id: row.id,
    namespace,
    name: row.name,
    owner: row.owner,
    task: row.task,
    framework: row.framework,
    externalId: row.externalId,
    status: row.status,
    metadata: row.metadata,
    tags: row.tags,
    deletedAt: 'deletedAt' in row ? (row.deletedAt?.toISOString() ?? null) : null,
  }),
};
