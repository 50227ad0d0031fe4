import { setTimeout as pause } from 'node:timers/promises';
import { BlobStoreUnavailable } from '@modelbox/blobs';
import { isUnreadable } from '../../content/copies/look.ts';
import type { Context } from '../../protocol/context.ts';

/**
 * Consecutive retries of a failed read: few if nothing was read yet, many if bytes would have to be read again. `REST`
 * is the pause before each retry, in milliseconds.
 */
const TRIES = 3;
const TRIES_TO_GO_ON = 300;
const REST = 1_000;

/**
 * Yields the bytes of a blob from `start` to before `end`. If `isWhole` and nothing was read yet, reads to the real end
 * of the blob. Resumes an interrupted read at its position, so that terabytes are not read twice.
 * @throws the last error of the store
 */
export async function* readPatiently(
  { blobs }: Pick<Context, 'blobs'>,
  key: string,
  { start, end, isWhole }: { readonly start: number; readonly end: number; readonly isWhole: boolean },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let at = start;
  for (let tries = 0; ; ) {
    try {
      const range = isWhole && at === 0 ? {} : { range: { start: at, end: end - 1 } };
      const { stream } = await blobs.read(key, { signal, ...range });
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        at += chunk.length;
        tries = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      tries += 1;
      if (!mayRetry(error, tries, at > start)) throw error;
      if (at >= end) return;
      await pause(REST, undefined, { signal });
    }
  }
}

function mayRetry(error: unknown, tries: number, hasRead: boolean): boolean {
  // Waiting does not repair unreadable bytes: this is a finding.
  if (isUnreadable(error)) return false;
  return error instanceof BlobStoreUnavailable && tries <= (hasRead ? TRIES_TO_GO_ON : TRIES);
}
