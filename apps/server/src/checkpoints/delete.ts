import { HttpProblem } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import { deleteObject, restoreObject } from '../objects/delete.ts';
import { holdLiving } from '../objects/store.ts';
import { checkpoints } from './store.ts';

export const deleteCheckpoint: Verb<'checkpoints.delete'> = (ctx, { touched: { checkpoint } }) =>
  deleteObject(ctx, checkpoints, checkpoint);

/** Brings a checkpoint back, unless another one has its epoch and step by now. */
export const restoreCheckpoint: Verb<'checkpoints.restore'> = (ctx, { touched: { checkpoint } }) =>
  restoreObject(ctx, checkpoints, checkpoint, async (tx) => {
    if (!(await holdLiving(tx, 'experiments', checkpoint.parentId))) {
      throw new HttpProblem('conflict', 'The experiment of this checkpoint is deleted; restore that first.', {
        id: checkpoint.parentId,
      });
    }
    const { epoch, step } = await tx.checkpoint.findUniqueOrThrow({ where: { id: checkpoint.id } });
    const there = await tx.checkpoint.findFirst({
      where: { experimentId: checkpoint.parentId, epoch, step, deletedAt: null },
    });
    if (there)
      throw new HttpProblem('exists', 'Another checkpoint has its epoch and step by now.', { id: there.id });
  });
