import type { Model } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { type DeletableRow, deletableAuditFieldsOf, deletableColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';
import { type LatestRow, latestSql, latestValues } from '../metrics/latest.ts';

interface ModelRow extends DeletableRow {
  namespace: string;
  name: string;
  owner: string | null;
  task: string | null;
  description: string | null;
  tags: string[];
  latest: LatestRow[] | null;
}

const select = reader<ModelRow>(
  'read_models',
  `SELECT ${deletableColumns('m')}, n.path AS namespace, m.name, m.owner, m.task, m.description, m.tags,
          ${latestSql('m.id', 'm.namespace_id')} AS latest
   FROM models m JOIN namespaces n ON n.id = m.namespace_id WHERE m.id = ANY ($1::uuid[])`,
);

export async function readModels({ db }: Context, ids: string[], room?: Room): Promise<Readout<Model>[]> {
  return (await select(db.requests, ids, room)).map((row) => ({
    id: row.id,
    body: {
      namespace: row.namespace,
      name: row.name,
      owner: row.owner,
      task: row.task,
      description: row.description,
      metadata: row.metadata,
      tags: row.tags,
      ...latestValues(row.latest),
      ...deletableAuditFieldsOf(row),
    },
    etag: etagOf(row.rowVersion),
    crossNamespace: undefined,
  }));
}
