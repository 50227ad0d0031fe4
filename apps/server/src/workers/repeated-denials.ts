import type { Context } from '../protocol/context.ts';
import { storeRepeatedDenials } from '../resources/audit/repeated-denials.ts';
import { type Loop, startLoop } from '../runtime/loop.ts';

const INTERVAL = 60_000;

/** Stores the counts of repeated denied attempts once a minute, and once more when the server stops. */
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
