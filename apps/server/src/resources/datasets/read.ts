import type { Dataset } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { auditFieldsOf, type CommonRow, commonColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';

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
  return (await select(db.requests, ids, room)).map((row) => ({
    id: row.id,
    body: {
      namespace: row.namespace,
      name: row.name,
      uri: row.uri,
      digest: row.digest,
      metadata: row.metadata,
      ...auditFieldsOf(row),
    },
    etag: etagOf(row.rowVersion),
    crossNamespace: undefined,
  }));
}
