import type { Namespace } from '@modelbox/schema';
import type { Context } from '../context.ts';
import { etagOf } from '../http/preconditions.ts';
import { reader } from '../lists/sized.ts';
import type { Readout, Room } from '../objects/kinds.ts';
import { type CommonRow, commonColumns, stampsOf } from '../objects/rows.ts';

interface NamespaceRow extends CommonRow {
  path: string;
  description: string | null;
  quotaBytes: number | null;
}

const select = reader<NamespaceRow>(
  'read_namespaces',
  `SELECT ${commonColumns('n')}, n.path, n.description, n.quota_bytes AS "quotaBytes" FROM namespaces n WHERE n.id = ANY ($1::uuid[])`,
);

export async function readNamespaces(
  { db }: Context,
  ids: string[],
  room?: Room,
): Promise<Readout<Namespace>[]> {
  return (await select(db.pool, ids, room)).map((row) => ({
    id: row.id,
    body: {
      path: row.path,
      description: row.description,
      metadata: row.metadata,
      quotaBytes: row.quotaBytes,
      ...stampsOf(row),
    },
    etag: etagOf(row.rowVersion),
  }));
}
