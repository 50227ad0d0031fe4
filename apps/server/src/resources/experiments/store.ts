import type { Experiment, Prisma } from '@modelbox/db';
import { lastChange, namedFinder } from '../../core/names/finder.ts';
import type { NamedStore } from '../../core/objects/create.ts';
import { lockSource } from '../../core/objects/store.ts';

interface OwnColumns {
  owner: string | null;
  task: string | null;
  framework: string | null;
  externalId: string | null;
  status: string;
  metadata: object;
  tags: string[];
  sourceCheckpointId: string | null;
}

export const experiments: NamedStore<Experiment, OwnColumns> = {
  kind: 'experiment',
  find: (tx, id) => tx.experiment.findUnique({ where: { id } }),
  findNamed: (tx, namespaceId, name) =>
    tx.experiment.findUnique({ where: { namespaceId_name: { namespaceId, name } } }),
  insert: async (tx, row) => {
    const made = await tx.experiment.createMany({
      data: [row as Prisma.ExperimentCreateManyInput],
      skipDuplicates: true,
    });
    // Only a new experiment needs its source: an existing one may outlive it.
    if (made.count === 1 && row.sourceCheckpointId !== null)
      await lockSource(tx, 'checkpoint', row.sourceCheckpointId);
    return made;
  },
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
    sourceCheckpointId: row.sourceCheckpointId,
    deletedAt: 'deletedAt' in row ? (row.deletedAt?.toISOString() ?? null) : null,
  }),
};

export const findExperiment = namedFinder({
  kind: 'experiment',
  as: 'e',
  deletedAt: 'e.deleted_at',
  cacheTag: lastChange('e.id'),
});
