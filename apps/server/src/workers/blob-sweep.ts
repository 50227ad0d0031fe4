import type { Context } from '../context.ts';
import { type Loop, startLoop } from './loop.ts';

const INTERVAL = 3_600_000;
/** Milliseconds after which an upload that left a temporary file is certainly over. */
const AGE = 24 * 3_600_000;

/** Removes what uploads that were cut off by a crash have left in the store. */
export function startBlobSweep(ctx: Context): Loop {
  return startLoop('blob-sweep', INTERVAL, ctx.log, async () => {
    const swept = await ctx.blobs.sweepTemporary(new Date(ctx.now().getTime() - AGE));
    if (swept > 0) ctx.log.info({ swept }, 'removed what cut off uploads had left');
  });
}
