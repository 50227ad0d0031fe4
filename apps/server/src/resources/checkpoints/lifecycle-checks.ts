import { isUniqueViolation } from '@modelbox/db';
import type { LifecycleCheck, Refusal } from '../../core/objects/delete.ts';
import { demandLivingParent } from '../../core/objects/grace.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** A checkpoint can be restored only if its experiment exists and no other checkpoint has its epoch and step. */
export const demandFreePosition: LifecycleCheck = async (tx, { id, parentId }, ctx) => {
  await demandLivingParent(tx, ctx, 'experiment', parentId, 'checkpoint');
  const { epoch, step } = await tx.checkpoint.findUniqueOrThrow({ where: { id } });
  const there = await tx.checkpoint.findFirst({
    where: { experimentId: parentId, epoch, step, deletedAt: null, id: { not: id } },
  });
  if (there) throw taken({ id: there.id });
};

/** The unique index decides if two restores compete for one position. */
export const positionTaken: Refusal = (error) =>
  isUniqueViolation(error, 'checkpoints_position') ? taken() : undefined;

const taken = (other: { id?: string } = {}) =>
  new HttpProblem(
    'exists',
    'Another checkpoint now has the same epoch and step. Delete that checkpoint first.',
    other,
  );
