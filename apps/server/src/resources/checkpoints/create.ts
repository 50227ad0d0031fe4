import { inTransaction, sqlOn } from '@modelbox/db';
import type { Pool, PoolClient } from 'pg';
import { isAborted } from '../../core/writes/aborted.ts';
import { replay } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { invalidField } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { type Draft, draftOf } from './draft.ts';
import { freshCheckpoint } from './fresh.ts';
import { type CheckpointOutcome, insertCheckpoint } from './queries.ts';
import { createOrFind, replaceCheckpoint } from './taken-position.ts';

/** Logs a checkpoint. The usual case, a free position, takes one statement. */
export const createCheckpoint: Verb<'experiments.checkpoints.create'> = async (ctx, { body, touched }) => {
  if (body.epoch == null && body.step == null) {
    throw invalidField(
      'body',
      '/epoch',
      'is required unless "step" is given: an epoch, a step or both identify a checkpoint',
    );
  }
  const draft = draftOf(ctx, body, touched.experiment, touched.measured);
  if (body.replace) return replaceCheckpoint(ctx, draft);
  const outcome = await insert(ctx, draft);
  if (outcome === 'taken') return createOrFind(ctx, draft);
  if (!outcome.claimed) return replay(ctx);
  return freshCheckpoint(draft.experiment, draft.row, outcome.latest, draft.labels);
};

/** Inserts the checkpoint. Returns `taken`, and writes nothing, if another checkpoint has this epoch and step. */
async function insert(ctx: RequestContext, draft: Draft): Promise<CheckpointOutcome | 'taken'> {
  const { name, text, values } = insertCheckpoint;
  const run = async (on: Pool | PoolClient): Promise<CheckpointOutcome> => {
    const points = await draft.points(sqlOn(on));
    const { rows } = await on.query<CheckpointOutcome>({
      name,
      text,
      values: values({ ...draft.row, points }),
    });
    const [outcome] = rows;
    if (outcome === undefined || (outcome.claimed && !outcome.created)) throw new Taken();
    return outcome;
  };
  const { requests } = ctx.db;
  try {
    return await (draft.mentions ? inTransaction(requests, run) : run(requests));
  } catch (error) {
    if (error instanceof Taken || isAborted(error)) return 'taken';
    throw error;
  }
}

/** Thrown to roll back a transaction that did not insert its checkpoint. */
class Taken extends Error {}
