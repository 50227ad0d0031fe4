import type { Dataset, Prisma } from '@modelbox/db';
import { namedFinder } from '../../core/names/finder.ts';
import type { NamedStore } from '../../core/objects/create.ts';

interface OwnColumns {
  uri: string | null;
  digest: string | null;
  metadata: object;
}

export const datasets: NamedStore<Dataset, OwnColumns> = {
  kind: 'dataset',
  find: (tx, id) => tx.dataset.findUnique({ where: { id } }),
  findNamed: (tx, namespaceId, name) =>
    tx.dataset.findUnique({ where: { namespaceId_name: { namespaceId, name } } }),
  insert: (tx, row) =>
    tx.dataset.createMany({ data: [row as Prisma.DatasetCreateManyInput], skipDuplicates: true }),
  set: (tx, id, columns) => tx.dataset.update({ where: { id }, data: columns }),
  // `ensure_dataset` records the same members.
  fields: ({ id, name, uri, digest, metadata }, { namespace }) => ({
    id,
    namespace,
    name,
    uri,
    digest,
    metadata,
  }),
};

export const findDataset = namedFinder({ kind: 'dataset', as: 'd' });
