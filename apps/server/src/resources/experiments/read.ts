import type { Experiment } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { type DeletableRow, deletableAuditFieldsOf, deletableColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import {
  type CrossNamespace,
  checkpointNamespace,
  crossNamespaceIn,
} from '../../protocol/cross-namespace.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';
import { type LatestRow, latestSql, latestValues } from '../metrics/latest.ts';

interface ExperimentRow extends DeletableRow {
  namespace: string;
  name: string;
  owner: string | null;
  task: string | null;
  framework: string | null;
  externalId: string | null;
  status: Experiment['status'];
  tags: string[];
  checkpoint: string | null;
  checkpointIn: string | null;
  latest: LatestRow[] | null;
}

const select = reader<ExperimentRow>(
  'read_experiments',
  `SELECT ${deletableColumns('e')}, n.path AS namespace, e.name, e.owner, e.task, e.framework,
          e.external_id AS "externalId", e.status, e.tags,
          e.source_checkpoint_id AS checkpoint,
          ${checkpointNamespace('e.source_checkpoint_id')} AS "checkpointIn",
          ${latestSql('e.id', 'e.namespace_id')} AS latest
   FROM experiments e JOIN namespaces n ON n.id = e.namespace_id WHERE e.id = ANY ($1::uuid[])`,
);

export async function readExperiments(
  { db }: Context,
  ids: string[],
  room?: Room,
): Promise<Readout<Experiment>[]> {
  return (await select(db.requests, ids, room)).map((row) => ({
    id: row.id,
    body: {
      namespace: row.namespace,
      name: row.name,
      owner: row.owner,
      task: row.task,
      framework: row.framework,
      externalId: row.externalId,
      status: row.status,
      metadata: row.metadata,
      tags: row.tags,
      source: row.checkpoint === null ? null : { checkpoint: row.checkpoint },
      ...latestValues(row.latest),
      ...deletableAuditFieldsOf(row),
    },
    etag: etagOf(row.rowVersion),
    crossNamespace: crossNamespaceOf(row),
  }));
}

/** The source checkpoint belongs to another object, so only callers who may read that object see it. */
const crossNamespaceOf = ({ checkpointIn }: ExperimentRow): CrossNamespace<Experiment>[] =>
  crossNamespaceIn(checkpointIn, 'checkpoint.read', (body) => ({ ...body, source: null }));
