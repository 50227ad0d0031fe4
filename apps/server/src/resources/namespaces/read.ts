import type { Namespace } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { auditFieldsOf, type CommonRow, commonColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';

interface NamespaceRow extends CommonRow {
  path: string;
  description: string | null;
  quotaBytes: number | null;
}

const select = reader<NamespaceRow>(
  'read_namespaces',
  `SELECT ${commonColumns('n')}, n.path, n.description, n.quota_bytes AS "quotaBytes" FROM namespaces n
   WHERE n.id = ANY ($1::uuid[])`,
);

export async function readNamespaces(
  { db }: Context,
  ids: string[],
  room?: Room,
): Promise<Readout<Namespace>[]> {
  return (await select(db.requests, ids, room)).map((row) => ({
    id: row.id,
    body: {
      path: row.path,
      description: row.description,
      metadata: row.metadata,
      quotaBytes: row.quotaBytes,
      ...auditFieldsOf(row),
    },
    etag: etagOf(row.rowVersion),
    crossNamespace: undefined,
  }));
}
