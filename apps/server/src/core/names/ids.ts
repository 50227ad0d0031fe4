import { v7 } from 'uuid';
import type { Context } from '../../protocol/context.ts';

let sequence = 0;

/**
 * Returns a UUID version 7 (RFC 9562). Ids sort by the clock that all servers share, and within a millisecond by the
 * order in which this process made them.
 */
export function newId(ctx: Pick<Context, 'now'>): string {
  sequence = (sequence + 1) >>> 0;
  return v7({ msecs: ctx.now().getTime(), seq: sequence });
}
