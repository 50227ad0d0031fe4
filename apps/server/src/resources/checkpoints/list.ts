import { Prisma, prepared } from '@modelbox/db';
import { listObjects } from '../../core/lists/objects.ts';
import { readObject } from '../../core/objects/read.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { checkpointSchema } from './filter-schema.ts';

export const listCheckpoints: Verb<'experiments.checkpoints.list'> = (
  ctx,
  { query, touched: { experiment } },
) =>
  listObjects(
    ctx,
    {
      kind: 'checkpoint',
      namespace: experiment.namespace,
      from: 'checkpoints c',
      idSql: 'c.id',
      schema: checkpointSchema,
      defaultOrder: 'createdAt DESC',
      where: [
        Prisma.sql`c.experiment_id = ${experiment.id}::uuid`,
        ...(query.includeDeleted ? [] : [Prisma.sql`c.deleted_at IS NULL`]),
      ],
      namespaceId: experiment.namespaceId,
    },
    query,
  );

const newest = prepared<[experimentId: string], { id: string }>(
  'latest_checkpoint',
  `SELECT id FROM checkpoints WHERE experiment_id = $1 AND status = 'ready' AND deleted_at IS NULL
   ORDER BY created_order DESC LIMIT 1`,
);

export const latestCheckpoint: Verb<'experiments.checkpoints.latest'> = async (
  ctx,
  { touched: { experiment } },
) => {
  const [row] = await newest(ctx.db.requests, experiment.id);
  if (row === undefined)
    throw new HttpProblem('not_found', `The experiment ${experiment.name} has no ready checkpoint.`);
  const { body, etag } = await readObject(ctx, 'checkpoint', row.id);
  return { status: 200, body, ...(etag ? { etag } : {}) };
};
