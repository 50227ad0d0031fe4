import type { Context } from '../protocol/context.ts';

/** Milliseconds to collect uses before one write, and between two recorded uses of a token. */
const GATHER = 2_000;
const EVERY = 60_000;

/**
 * Records the last use of tokens to the minute, many tokens in one statement. A failed write loses nothing important.
 */
export function noteUses(): (ctx: Context, tokenId: string) => void {
  const noted = new Map<string, number>();
  let gathered: string[] = [];
  const write = (ctx: Context) => {
    const ids = gathered;
    gathered = [];
    const now = ctx.now();
    for (const [id, at] of noted) if (Math.abs(now.getTime() - at) >= EVERY) noted.delete(id);
    ctx.db.background
      .query(
        `UPDATE tokens SET last_used_at = $2
         WHERE id = ANY ($1::uuid[]) AND (last_used_at IS NULL OR last_used_at NOT BETWEEN
           $2::timestamptz - interval '1 minute' AND $2::timestamptz + interval '1 minute')`,
        [ids, now],
      )
      .catch((error: unknown) => ctx.log.debug({ err: error }, 'the use of tokens was not noted'));
  };
  return (ctx, tokenId) => {
    const now = ctx.now().getTime();
    const last = noted.get(tokenId);
    if (last !== undefined && Math.abs(now - last) < EVERY) return;
    noted.set(tokenId, now);
    if (gathered.push(tokenId) === 1) setTimeout(write, GATHER, ctx).unref();
  };
}
