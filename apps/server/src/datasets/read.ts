import type { Dataset } from '@modelbox/schema';
import type { Context } from '../context.ts';
import { etagOf } from '../http/preconditions.ts';
import { reader } from '../lists/sized.ts';
import type { Readout, Room } from '../objects/kinds.ts';
import { type CommonRow, commonColumns, stampsOf } from '../objects/rows.ts';

interface DatasetRow extends CommonRow {
  namespace: string;
  name: string;
  uri: string | null;
  digest: string | null;
}

const select = reader<DatasetRow>(
  'read_datasets',
  `SELECT ${commonColumns('d')}, n.path AS namespace, d.name, d.uri, d.digest
   FROM datasets d JOIN namespaces n ON n.id = d.namespace_id WHERE d.id = ANY ($1::uuid[])`,
);

export async function readDatasets({ db }: Context, ids: string[], room?: Room): Promise<Readout<Dataset>[]> {
  return (await select(db.pool, ids, room)).map((row) => ({
    id: row.id,
    body: {
      namespace: row.namespace,
      name: row.name,
      uri: row.uri,
      digest: row.digest,
      metadata: row.metadata,
      ...stampsOf(row),
    },
    etag: etagOf(row.rowVersion),
  }));
}
