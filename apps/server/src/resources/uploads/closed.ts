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

/** The parts count as lost after this many requests found them missing, over at least this many milliseconds. */
const LOST_AFTER = 4;
const LOST_AFTER_MS = 300_000;
/** Seconds after which a retry makes sense. */
const LOOK_AGAIN = { 'retry-after': '15' };

export function demandOpen({ state, failure }: Pick<UploadRow, 'state' | 'failure'>): void {
  if (state === 'open') return;
  const why = failure === null ? '' : ` ${failure}`;
  throw new HttpProblem('upload_closed', `The upload ${WORDS[state]}.${why}`);
}

/** Whether the store has the complete blob of the upload. */
export async function isTogether({ blobs }: Context, upload: Pick<UploadRow, 'key' | 'sizeBytes'>) {
  try {
    return (await blobs.stat(upload.key)).sizeBytes === upload.sizeBytes;
  } catch (error) {
    if (error instanceof BlobNotFound) return false;
    throw error;
  }
}

/**
 * Returns the error if the store does not find the parts of an open upload. 409 if the parts were combined, or were
 * missing for several requests over minutes. 503 until then: parts can be invisible for a while.
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

/** Resets the count of missing parts after the store found the parts again. */
export async function notePresent({ db }: Context, { id, foundAt }: UploadRow): Promise<void> {
  if (foundAt === null) return;
  const text = `UPDATE uploads SET findings = 0, found_at = NULL WHERE id = $1 AND state = 'open'`;
  await db.requests.query(text, [id]);
}
