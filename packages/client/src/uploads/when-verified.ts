import type { Answer } from '../core/api-promise.ts';
import { ChecksumError, ModelBoxError } from '../core/errors.ts';
import type { File } from '../generated/schemas.ts';
import type { Carrier } from './carrier.ts';
import type { Completed } from './send-in-parts.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** Waits until the server has read the whole content, and compares the SHA-256 that it computed. */
export async function whenVerified(
  carrier: Carrier,
  { upload: { id, path }, sha256, patience }: Completed,
): Promise<Answer<File>> {
  const what = `The upload of ${path}`;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
    const answer = await carrier.uploads.get(id, carrier.call).withResponse();
    const { state, failure, waitsFor, file, sha256: found } = answer.data;
    if (state === 'verifying') {
      await patience.pause(pause, waitsFor ?? undefined);
      continue;
    }
    if (state === 'complete' && found !== null && found !== sha256)
      throw new ChecksumError(what, sha256, found);
    if (state === 'complete' && file !== null) return { ...answer, data: file };
    if (state === 'complete')
      throw new ModelBoxError(`${what} was replaced by another upload during its verification`);
    // If the content has another hash, the server reports the announced one.
    if (state === 'failed' && failure?.includes(sha256))
      throw new ChecksumError(what, sha256, undefined, { cause: failure });
    throw new ModelBoxError(`${what} failed (${state}): ${failure}`);
  }
}
