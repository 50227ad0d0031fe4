import { inTransaction } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';
import { eachOnItsOwn, type Loop, startLoop } from '../../runtime/loop.ts';
import { isBackingUp } from './backing-up.ts';

const INTERVAL = 30_000;
const BATCH = 100;
/** Milliseconds for which an ended upload stays visible. */
const KEEP = 7 * 86_400_000;

/** Expires idle uploads, removes aborted and expired uploads from the store, and deletes old rows. */
export const startUploadCleanup = (ctx: Context): Loop =>
  startLoop(
    'upload-cleanup',
    INTERVAL,
    ctx.log,
    (stopping) =>
      eachOnItsOwn([
        () => expireUploads(ctx, stopping),
        () => cleanUploads(ctx, stopping),
        () => forgetUploads(ctx, stopping),
      ]),
    ctx.wakeups.abandoned,
  );

/** Expires every upload that was idle for `uploadExpiry`. */
export async function expireUploads(ctx: Context, stopping?: AbortSignal): Promise<void> {
  while (!stopping?.aborted && (await ctx.clock.judgesAge())) {
    const looked = await inTransaction(ctx.db.background, async (client) => {
      const text = 'SELECT expire_uploads($1, $2) AS looked';
      return (await client.query<{ looked: number }>(text, [BATCH, ctx.now()])).rows[0]?.looked ?? 0;
    });
    if (looked < BATCH) return;
  }
}

interface Over {
  readonly id: string;
  readonly key: string;
  readonly token: string;
}

/**
 * Removes aborted and expired uploads from the store: the parts first, then the blob, which a concurrent completion may
 * have made. After the parts are gone, no new blob can appear. Failures are retried later.
 */
export async function cleanUploads(ctx: Context, stopping?: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  const clean = async (upload: Over) => {
    try {
      await ctx.blobs.multipart.abort(upload);
      await ctx.blobs.delete(upload.key);
      await ctx.db.background.query('UPDATE uploads SET cleaned_at = $2 WHERE id = $1', [
        upload.id,
        ctx.now(),
      ]);
    } catch (error) {
      failures.push(error);
    }
  };
  let after = '00000000-0000-0000-0000-000000000000';
  for (let isMore = true; isMore && !stopping?.aborted; ) {
    const { rows } = await ctx.db.background.query<Over>(
      `SELECT id, key, token FROM uploads WHERE state IN ('aborted', 'expired') AND cleaned_at IS NULL AND id > $1
       ORDER BY id LIMIT $2`,
      [after, BATCH],
    );
    if (rows.length > 0 && (await isBackingUp(ctx))) break;
    for (const upload of rows) {
      if (stopping?.aborted) break;
      await clean(upload);
    }
    isMore = rows.length === BATCH;
    after = rows.at(-1)?.id ?? after;
  }
  if (failures.length > 0) throw new AggregateError(failures, 'parts of uploads could not be removed');
}

/**
 * Deletes rows of uploads that ended some days ago, unless their rejected file still exists. Removes aborted and
 * expired uploads from the store once more: a part may have reached the S3 server after the first removal.
 */
export async function forgetUploads(ctx: Context, stopping?: AbortSignal): Promise<void> {
  if (!(await ctx.clock.judgesAge())) return;
  const before = new Date(ctx.now().getTime() - KEEP);
  const failures: unknown[] = [];
  let after = { at: new Date(0), id: '00000000-0000-0000-0000-000000000000' };
  for (let isMore = true; isMore && !stopping?.aborted; ) {
    const { rows } = await ctx.db.background.query<Over & { state: string; at: Date }>(
      `SELECT u.id, u.key, u.token, u.state, u.updated_at AS at FROM uploads u
       WHERE u.cleaned_at IS NOT NULL AND u.updated_at < $1 AND (u.updated_at, u.id) > ($3, $4)
         AND NOT EXISTS (SELECT 1 FROM files f WHERE f.upload_id = u.id)
       ORDER BY u.updated_at, u.id LIMIT $2`,
      [before, BATCH, after.at, after.id],
    );
    const gone: string[] = [];
    for (const upload of rows) {
      try {
        if (upload.state === 'aborted' || upload.state === 'expired') await ctx.blobs.multipart.abort(upload);
        gone.push(upload.id);
      } catch (error) {
        failures.push(error);
      }
    }
    await ctx.db.background.query('DELETE FROM uploads WHERE id = ANY ($1)', [gone]);
    isMore = rows.length === BATCH;
    after = rows.at(-1) ?? after;
  }
  if (failures.length > 0) throw new AggregateError(failures, 'rows of old uploads could not be deleted');
}
