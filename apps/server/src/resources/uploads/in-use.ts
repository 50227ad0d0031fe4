import type { RequestContext } from '../../protocol/context.ts';
import type { UploadRow } from './rows.ts';

/** Milliseconds between two extensions of the expiry: parallel parts need no more. */
const EVERY = 60_000;

/** Extends the expiry of an open upload while `work` runs, and for `uploadExpiry` after it. */
export async function whileInUse<T>(
  ctx: RequestContext,
  upload: UploadRow,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const note = async () => {
    const now = ctx.now().getTime() + performance.now() - start;
    const until = now + ctx.settings.uploadExpiry;
    await ctx.db.requests.query(
      `UPDATE uploads SET expires_at = $2, updated_at = $3 WHERE id = $1 AND state = 'open' AND expires_at < $4`,
      [
        upload.id,
        new Date(until),
        new Date(now),
        new Date(until - Math.min(EVERY, ctx.settings.uploadExpiry / 4)),
      ],
    );
  };
  await note();
  const timer = setInterval(() => {
    note().catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'could not extend the expiry of an upload'),
    );
  }, EVERY / 4);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
