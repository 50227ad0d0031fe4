import type { Tx } from '@modelbox/db';
import type { OwnerKind } from '@modelbox/schema';
import { lockLiving } from '../../core/objects/store.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';

/** Locks an object before its files change. Throws 409 if its file set is frozen. */
export async function lockForFiles(
  tx: Tx,
  ctx: RequestContext,
  kind: OwnerKind,
  object: Pick<Located, 'id'>,
): Promise<void> {
  const row = await lockLiving(tx, ctx, ctx.kinds.owners[kind], object);
  if ('status' in row && (kind === 'version' || kind === 'checkpoint') && row.status === 'ready') {
    throw new HttpProblem(
      'files_frozen',
      `The ${kind} is ready, so its files never change. Create a new ${kind} for other files.`,
      { id: object.id },
    );
  }
}
