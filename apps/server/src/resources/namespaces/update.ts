import { sqlOf } from '@modelbox/db';
import { changedColumns } from '../../core/objects/patch.ts';
import { lockLiving } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import { write } from '../../core/writes/write.ts';
import type { Verb } from '../../protocol/verb.ts';
import { namespaces } from './store.ts';

/**
 * Applies a JSON merge patch to a namespace. A first quota waits for transactions that store content without a quota,
 * so that its first count includes that content.
 */
export const updateNamespace: Verb<'namespaces.update'> = (ctx, { touched: { namespace }, body }) =>
  write(ctx, async (tx) => {
    const before = await lockLiving(tx, ctx, namespaces, namespace);
    const changed = changedColumns({ ...before }, body);
    if ('quotaBytes' in changed) {
      if (before.quotaBytes === null) await sqlOf(tx)('SELECT await_charges()::text', []);
      changed['quotaCharged'] = null;
    }
    if (Object.keys(changed).length > 0)
      await setColumns(tx, ctx, {
        store: namespaces,
        object: namespace,
        before,
        columns: changed,
        action: 'updated',
      });
    return { status: 200, object: { kind: 'namespace', id: namespace.id } };
  });
