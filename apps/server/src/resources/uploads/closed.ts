import { BlobNotFound } from '@modelbox/blobs';
import type { UploadState } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { uploadRow } from './read.ts';
import type { UploadRow } from './rows.ts';

const WORDS: Record<Exclude<UploadState, 'open'>, string> = {
  verifying: 'is complete and being verified',
  complete: 'is complete',
  failed: 'has failed; create a new upload',
  aborted: 'was aborted; create a new upload',
  expired: 'has expired; create a new upload',
};

/** Requests that must find the parts missing, and milliseconds that must pass, before the parts count as lost. */
const LOST_AFTER = 4;
const LOST_AFTER_MS = 300_000;
/** Seconds until the next look is worth it. */
const LOOK_AGAIN = { 'retry-after': '15' };

/** Refuses what only an open upload takes: 409. */
export function demandOpen({ state, failure }: Pick<UploadRow, 'state' | 'failure'>): void {
  if (state === 'open') return;
  const why = failure === null ? '' : ` ${failure}`;
  throw new HttpProblem('upload_closed', `The upload ${WORDS[state]}.${why}`);
}

/** Whether the store has the blob of the upload, whole. */
export async function isTogether({ blobs }: Context, upload: Pick<UploadRow, 'key' | 'sizeBytes'>) {
  try {
    return (await blobs.stat(upload.key)).sizeBytes === upload.sizeBytes;
  } catch (error) {
    if (error instanceof BlobNotFound) return false;
    throw error;
  }
}

/**
 * The answer if the store does not know the parts of an upload that was open a moment ago: 409 if the parts were put
 * together, or if several requests over minutes found them missing; 503 until then, because stores forget for a while.
 */
export async function closedMeanwhile(ctx: Context, upload: UploadRow): Promise<HttpProblem> {
  demandOpen(await uploadRow(ctx, upload));
  if (await isTogether(ctx, upload))
    return new HttpProblem(
      'upload_closed',
      'The store has already combined the parts of the upload, so it accepts no more parts. Complete the upload.',
    );
  const now = ctx.now();
  const { rows } = await ctx.db.requests.query<{ findings: number; since: Date }>(
    `UPDATE uploads SET findings = findings + 1, found_at = coalesce(found_at, $2) WHERE id = $1 AND state = 'open'
     RETURNING findings, found_at AS since`,
    [upload.id, now],
  );
  const { findings = 0, since = now } = rows[0] ?? {};
  if (findings >= LOST_AFTER && now.getTime() - since.getTime() >= LOST_AFTER_MS)
    return new HttpProblem(
      'upload_closed',
      'The store has lost the parts of the upload. Abort the upload, then create a new one.',
    );
  return new HttpProblem(
    'upload_unsettled',
    'The store cannot find the parts of the upload now. The upload stays open; try again later.',
    {},
    LOOK_AGAIN,
  );
}

/** Notes that the store knows the parts, if earlier requests found that it does not. */
export async function notePresent({ db }: Context, { id, foundAt }: UploadRow): Promise<void> {
  if (foundAt === null) return;
  const text = `UPDATE uploads SET findings = 0, found_at = NULL WHERE id = $1 AND state = 'open'`;
  await db.requests.query(text, [id]);
}
