import { demandNoPending } from '../files/pending.ts';
import type { Verb } from '../http/verb.ts';
import { lockLiving } from '../objects/store.ts';
import { setColumns } from '../objects/update.ts';
import { write } from '../writes/write.ts';
import { checkpoints } from './store.ts';

/** Makes a pending checkpoint ready. One that is ready stays as it is. */
export const finalizeCheckpoint: Verb<'checkpoints.finalize'> = (ctx, { touched: { checkpoint } }) =>
  write(ctx, async (tx) => {
    const row = await lockLiving(tx, ctx, checkpoints, checkpoint);
    if (row.status === 'pending') {
      await demandNoPending(tx, 'checkpoint', checkpoint.id);
      await setColumns(
        tx,
        ctx,
        checkpoints,
        checkpoint,
        row,
        { status: 'ready', readyAt: ctx.now() },
        'finalized',
      );
    }
    return { status: 200, object: { kind: 'checkpoint', id: checkpoint.id } };
  });
