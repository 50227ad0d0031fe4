import type { Namespace } from '@modelbox/db';
import type { ObjectStore } from '../objects/store.ts';

export const namespaces: ObjectStore<Namespace> = {
  kind: 'namespace',
  table: 'namespaces',
  find: (tx, id) => tx.namespace.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.namespace.update({ where: { id }, data: columns }),
  // The same members as `ensure_namespace` records.
  fields: ({ id, path, description, metadata }) => ({ id, path, description, metadata }),
};
