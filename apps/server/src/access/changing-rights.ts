import type { Tx } from '@modelbox/db';
import type { RequestContext } from '../context.ts';
import type { Receipt } from '../http/verb.ts';
import { write } from '../writes/write.ts';

/** A write after which somebody may do other things than before: on this server at once, on others within a second. */
export async function changingRights(
  ctx: RequestContext,
  work: (tx: Tx) => Promise<Receipt>,
): Promise<Receipt> {
  const receipt = await write(ctx, work);
  ctx.authentication.doubt();
  return receipt;
}
