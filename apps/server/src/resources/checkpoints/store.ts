import type { Checkpoint } from '@modelbox/db';
import { idFinder, lastChange } from '../../core/names/finder.ts';
import type { ObjectStore } from '../../protocol/kinds.ts';

type Own = Pick<Checkpoint, 'id' | 'experimentId' | 'status' | 'tags'> & {
  epoch: bigint | number | null;
  step: bigint | number | null;
  metadata: unknown;
  deletedAt?: Date | null;
};

export const checkpointFields = (row: Own) => ({
  id: row.id,
  experimentId: row.experimentId,
  epoch: row.epoch === null ? null : Number(row.epoch),
  step: row.step === null ? null : Number(row.step),
  status: row.status,
  metadata: row.metadata,
  tags: row.tags,
  deletedAt: row.deletedAt?.toISOString() ?? null,
});

export const checkpoints: ObjectStore<Checkpoint> = {
  kind: 'checkpoint',
  find: (tx, id) => tx.checkpoint.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.checkpoint.update({ where: { id }, data: columns }),
  fields: checkpointFields,
};

export const findCheckpoint = idFinder(
  'checkpoint',
  `SELECT c.id, n.path AS namespace, n.id AS "namespaceId", e.id AS "parentId", '' AS name,
          coalesce(c.deleted_at, e.deleted_at) AS "deletedAt", ${lastChange('c.id')} AS "cacheTag"
   FROM checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id`,
  'c.id',
);
