import type { Tx } from '@modelbox/db';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Receipt } from '../../protocol/verb.ts';

/** Runs a write that changes rights. They apply on this server at once, and on others within a second. */
export async function changingRights(
  ctx: RequestContext,
  work: (tx: Tx) => Promise<Receipt>,
): Promise<Receipt> {
  const receipt = await write(ctx, work);
  ctx.authentication.invalidate();
  return receipt;
}
