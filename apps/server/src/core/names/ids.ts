import { v7 } from 'uuid';
import type { Context } from '../../protocol/context.ts';

let sequence = 0;

/**
 * A new id: UUID version 7 (RFC 9562), which sorts by the time of the one clock of all servers, and within a millisecond
 * by the order in which this process made them.
 */
export function newId(ctx: Pick<Context, 'now'>): string {
  sequence = (sequence + 1) >>> 0;
  return v7({ msecs: ctx.now().getTime(), seq: sequence });
}
