import type { UploadState } from '@modelbox/schema';
import type { Context } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { uploadRow } from './read.ts';
import type { UploadRow } from './rows.ts';

const WORDS: Record<Exclude<UploadState, 'open'>, string> = {
  verifying: 'is complete and being verified',
  complete: 'is complete',
  failed: 'has failed; begin anew',
  aborted: 'was given up; begin anew',
  expired: 'has expired; begin anew',
};

/** Refuses what only an open upload takes: 409. */
export function demandOpen({ state, failure }: Pick<UploadRow, 'state' | 'failure'>): void {
  if (state === 'open') return;
  const why = failure === null ? '' : ` ${failure}`;
  throw new HttpProblem('upload_closed', `The upload ${WORDS[state]}.${why}`);
}

/** The answer where the store does not know the parts of an upload that was open when we looked. */
export async function closedMeanwhile(ctx: Context, upload: UploadRow): Promise<HttpProblem> {
  demandOpen(await uploadRow(ctx, upload));
  return new HttpProblem(
    'upload_closed',
    'The store takes no parts of the upload any more: they were put together, or removed there. Complete it or abort it.',
  );
}
