import { lockLiving } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import { write } from '../../core/writes/write.ts';
import type { Verb } from '../../protocol/verb.ts';
import { demandNoPending } from '../files/pending.ts';
import { checkpoints } from './store.ts';

export const finalizeCheckpoint: Verb<'checkpoints.finalize'> = (ctx, { touched: { checkpoint } }) =>
  write(ctx, async (tx) => {
    const row = await lockLiving(tx, ctx, checkpoints, checkpoint);
    if (row.status === 'pending') {
      await demandNoPending(tx, 'checkpoint', checkpoint.id);
      await setColumns(tx, ctx, {
        store: checkpoints,
        object: checkpoint,
        before: row,
        columns: { status: 'ready', readyAt: ctx.now() },
        action: 'finalized',
      });
    }
    return { status: 200, object: { kind: 'checkpoint', id: checkpoint.id } };
  });
