import type { Tx } from '@modelbox/db';
import { tagSet } from '../../core/objects/patch.ts';
import { lockLiving } from '../../core/objects/store.ts';
import { setColumns } from '../../core/objects/update.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { versions } from './store.ts';

export async function addTag(
  tx: Tx,
  ctx: RequestContext,
  model: { readonly namespace: string },
  version: { readonly id: string },
  tag: string,
): Promise<void> {
  const row = await lockLiving(tx, ctx, versions, version);
  await setColumns(tx, ctx, {
    store: versions,
    object: model,
    before: row,
    columns: { tags: tagSet([...row.tags, tag]) },
    action: 'updated',
  });
}
