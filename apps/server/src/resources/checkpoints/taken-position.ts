import { sqlOf, type Tx } from '@modelbox/db';
import { deletedMeanwhile, lockObject } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { type Draft, positionOf } from './draft.ts';
import { type CheckpointOutcome, insertCheckpoint } from './queries.ts';
import { checkpoints } from './store.ts';

/**
 * Handles a position that is, or was just now, taken: a repeated create returns the checkpoint, another create is 409.
 */
export const createOrFind = (ctx: RequestContext, draft: Draft): Promise<Receipt> =>
  write(ctx, (tx) =>
    retryWhileTaken(draft, async () => {
      const there = await living(tx, draft);
      if (there === null) return insertWithin(tx, draft);
      const found: Receipt = { status: 200, object: { kind: 'checkpoint', id: there.id } };
      if (draft.row.createHash.equals(there.createHash)) return found;
      throw new HttpProblem(
        'exists',
        `A checkpoint of ${positionOf(draft)} already exists and differs from this request. Send "replace": true ` +
          'to replace it.',
        { id: there.id },
      );
    }),
  );

export const replaceCheckpoint = (ctx: RequestContext, draft: Draft): Promise<Receipt> =>
  write(ctx, (tx) =>
    retryWhileTaken(draft, async () => {
      const there = await living(tx, draft);
      if (there !== null) {
        const row = await lockObject(tx, ctx, checkpoints, there);
        // Another request deleted or replaced the checkpoint while this one waited for the lock.
        if (row.deletedAt) return undefined;
        await setColumns(tx, ctx, {
          store: checkpoints,
          object: draft.experiment,
          before: row,
          columns: { deletedAt: ctx.now() },
          action: 'deleted',
        });
      }
      return insertWithin(tx, draft);
    }),
  );

/** Retries while other requests take or free the position between the read and the write. */
async function retryWhileTaken(
  draft: Draft,
  attemptOnce: () => Promise<Receipt | undefined>,
): Promise<Receipt> {
  for (let attempt = 1; attempt <= POSITION_ATTEMPTS; attempt++) {
    const receipt = await attemptOnce();
    if (receipt !== undefined) return receipt;
  }
  throw new HttpProblem(
    'conflict',
    `Other requests are logging checkpoints of ${positionOf(draft)} at the same time. Try again.`,
  );
}

const POSITION_ATTEMPTS = 20;

const living = (tx: Tx, { row }: Draft) =>
  tx.checkpoint.findFirst({
    where: { experimentId: row.experimentId, epoch: row.epoch, step: row.step, deletedAt: null },
  });

async function insertWithin(tx: Tx, draft: Draft): Promise<Receipt | undefined> {
  const sql = sqlOf(tx);
  const values = insertCheckpoint.values({
    ...draft.row,
    points: await draft.points(sql),
    idempotency: undefined,
  });
  const [outcome] = await sql<CheckpointOutcome>(insertCheckpoint.text, values);
  if (outcome?.lives === false) throw deletedMeanwhile('experiment', draft.experiment.id);
  if (!outcome?.created) return undefined;
  return { status: 201, object: { kind: 'checkpoint', id: draft.row.id } };
}
