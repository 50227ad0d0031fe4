import type { Checkpoint } from '@modelbox/db';
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
  table: 'checkpoints',
  find: (tx, id) => tx.checkpoint.findUnique({ where: { id } }),
  set: (tx, id, columns) => tx.checkpoint.update({ where: { id }, data: columns }),
  fields: checkpointFields,
};
