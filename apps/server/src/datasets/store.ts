import type { Dataset } from '@modelbox/db';
import type { ObjectStore } from '../objects/store.ts';

type Own = Pick<Dataset, 'id' | 'name' | 'uri' | 'digest'> & { metadata: unknown };

/** The same members as `ensure_dataset` records. */
export const datasetFields = (
  { id, name, uri, digest, metadata }: Own,
  { namespace }: { namespace: string },
) => ({
  id,
  namespace,
  name,
  uri,
  digest,
  metadata,
});

export const datasets: ObjectStore<Dataset> = {
  kind: 'dataset',
  table: 'datasets',
  find: (tx, id) => tx.dataset.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.dataset.update({ where: { id }, data: columns }),
  fields: datasetFields,
};
