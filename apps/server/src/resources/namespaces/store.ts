import type { Namespace as Row } from '@modelbox/db';
import type { ObjectStore } from '../../protocol/kinds.ts';

type Namespace = Omit<Row, 'quotaBytes'> & { readonly quotaBytes: number | null };

/** Quotas are numbers that a double holds. */
const toNamespace = (row: Row): Namespace => ({
  ...row,
  quotaBytes: row.quotaBytes === null ? null : Number(row.quotaBytes),
});

export const namespaces: ObjectStore<Namespace> = {
  kind: 'namespace',
  table: 'namespaces',
  find: async (tx, id) => {
    const row = await tx.namespace.findUnique({ where: { id } });
    return row && toNamespace(row);
  },
  set: async (tx, id, columns) => toNamespace(await tx.namespace.update({ where: { id }, data: columns })),
  // The same members as `ensure_namespace` records.
  fields: ({ id, path, description, metadata, quotaBytes }) => ({
    id,
    path,
    description,
    metadata,
    quotaBytes,
  }),
};
