import type { Namespace as Row } from '@modelbox/db';
import { lookup } from '@modelbox/db';
import { parseNamespace } from '@modelbox/domain';
import type { Found } from '../../core/names/finder.ts';
import type { Find } from '../../protocol/context.ts';
import type { ObjectStore } from '../../protocol/kinds.ts';

type Namespace = Omit<Row, 'quotaBytes'> & { readonly quotaBytes: number | null };

/** Quotas always fit into a double. */
const toNamespace = (row: Row): Namespace => ({
  ...row,
  quotaBytes: row.quotaBytes === null ? null : Number(row.quotaBytes),
});

export const namespaces: ObjectStore<Namespace> = {
  kind: 'namespace',
  find: async (tx, id) => {
    const row = await tx.namespace.findUnique({ where: { id } });
    return row && toNamespace(row);
  },
  set: async (tx, id, columns) => toNamespace(await tx.namespace.update({ where: { id }, data: columns })),
  // `ensure_namespace` records the same members.
  fields: ({ id, path, description, metadata, quotaBytes }) => ({
    id,
    path,
    description,
    metadata,
    quotaBytes,
  }),
};

const namespaceByPath = lookup<[string], Found>(
  'locate_namespace',
  ['text'],
  `SELECT id, path AS namespace, id AS "namespaceId", parent_id AS "parentId", path AS name,
     NULL::timestamptz AS "deletedAt",
          NULL AS "cacheTag"
   FROM namespaces WHERE path = $1`,
);

export const findNamespace: Find = async ({ db }, text) => {
  const parsed = parseNamespace(text);
  return parsed.ok ? namespaceByPath(db.requests, parsed.namespace) : undefined;
};
