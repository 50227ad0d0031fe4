import type { Experiment } from '@modelbox/db';
import type { ObjectStore } from '../objects/store.ts';

type Own = Pick<
  Experiment,
  'id' | 'name' | 'owner' | 'task' | 'framework' | 'externalId' | 'status' | 'tags'
> & {
  metadata: unknown;
  deletedAt?: Date | null;
};

export const experimentFields = (row: Own, { namespace }: { namespace: string }) => ({
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
  deletedAt: row.deletedAt?.toISOString() ?? null,
});

export const experiments: ObjectStore<Experiment> = {
  kind: 'experiment',
  table: 'experiments',
  find: (tx, id) => tx.experiment.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.experiment.update({ where: { id }, data: columns }),
  fields: experimentFields,
};
