import { type Checkpoint, FILES_INLINE_MAX } from '@modelbox/schema';
import { reader } from '../../core/lists/sized.ts';
import { type RetainedRow, retainedColumns, retainedOf } from '../../core/objects/retained.ts';
import { type DeletableRow, deletableAuditFieldsOf, deletableColumns } from '../../core/objects/rows.ts';
import type { Context } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout, Room } from '../../protocol/kinds.ts';
import { type FileRow, fileCountSql, filesSql, toFile } from '../files/wire.ts';
import { type LatestRow, latestSql, latestValues } from '../metrics/latest.ts';

interface CheckpointRow extends DeletableRow, RetainedRow {
  namespace: string;
  experiment: string;
  experimentId: string;
  epoch: number | null;
  step: number | null;
  status: Checkpoint['status'];
  tags: string[];
  readyAt: Date | null;
  files: FileRow[] | null;
  fileCount: number;
  latest: LatestRow[] | null;
}

const select = reader<CheckpointRow>(
  'read_checkpoints',
  `SELECT ${deletableColumns('c')}, ${retainedColumns('c')}, n.path AS namespace, e.name AS experiment,
     e.id AS "experimentId", c.epoch, c.step,
          c.status, c.tags, c.ready_at AS "readyAt", ${filesSql('c.id', FILES_INLINE_MAX)} AS files,
          ${fileCountSql('c.id')} AS "fileCount", ${latestSql('c.id', 'e.namespace_id')} AS latest
   FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id
   WHERE c.id = ANY ($1::uuid[])`,
);

export async function readCheckpoints(
  { db }: Context,
  ids: string[],
  room?: Room,
): Promise<Readout<Checkpoint>[]> {
  return (await select(db.requests, ids, room)).map((row) => ({
    id: row.id,
    body: {
      namespace: row.namespace,
      experiment: row.experiment,
      experimentId: row.experimentId,
      epoch: row.epoch,
      step: row.step,
      status: row.status,
      metadata: row.metadata,
      tags: row.tags,
      files: (row.files ?? []).map(toFile),
      fileCount: row.fileCount,
      ...latestValues(row.latest),
      readyAt: row.readyAt?.toISOString() ?? null,
      ...retainedOf(row),
      ...deletableAuditFieldsOf(row),
    },
    etag: etagOf(row.rowVersion),
    crossNamespace: undefined,
  }));
}
