import { lockLiving } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import { write } from '../../core/writes/write.ts';
import type { Verb } from '../../protocol/verb.ts';
import { demandNoPending } from '../files/pending.ts';
import { takeAliases } from './insert.ts';
import { versions } from './store.ts';

/** Makes a pending version ready, and sets the aliases that its create named. Idempotent. */
export const finalizeVersion: Verb<'versions.finalize'> = (ctx, { touched: { version } }) =>
  write(ctx, async (tx) => {
    const row = await lockLiving(tx, ctx, versions, version);
    if (row.status === 'pending') {
      await demandNoPending(tx, 'version', version.id);
      await setColumns(tx, ctx, {
        store: versions,
        object: version,
        before: row,
        columns: { status: 'ready', readyAt: ctx.now(), pendingAliases: [] },
        action: 'finalized',
      });
      const model = { id: version.parentId, namespace: version.namespace };
      await takeAliases(tx, ctx, model, row.pendingAliases, { id: row.id, version: row.version }, 'finalize');
    }
    return { status: 200, object: { kind: 'version', id: version.id } };
  });
