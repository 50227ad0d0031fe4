import type { Context } from '../protocol/context.ts';
import { storeRepeatedDenials } from '../resources/audit/repeated-denials.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 60_000;

/** Stores each minute the denied attempts that were only counted, and the last ones at the stop. */
export function startRepeatedDenials(ctx: Context): Loop {
  const loop = startLoop('repeated denials', INTERVAL, ctx.log, () => storeRepeatedDenials(ctx));
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await storeRepeatedDenials(ctx);
    },
  };
}
