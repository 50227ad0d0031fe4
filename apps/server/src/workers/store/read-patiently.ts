import { setTimeout as pause } from 'node:timers/promises';
import { BlobStoreUnavailable } from '@modelbox/blobs';
import { isUnreadable } from '../../content/copies/look.ts';
import type { Context } from '../../protocol/context.ts';

/**
 * Tries to go on with a read that broke off, without a byte between: a few where nothing was read yet, and many where
 * that would have to be read again. Milliseconds before each.
 */
const TRIES = 3;
const TRIES_TO_GO_ON = 300;
const REST = 1_000;

/**
 * The bytes of a blob from `start` to before `end`, or to its real end if that is where the content should end. A read
 * that breaks off goes on from there when the store is back: of terabytes no byte is read twice for that.
 * @throws what the store throws, the last time.
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
      // To wait does not mend a disk that cannot read these bytes: that is a finding.
      if (isUnreadable(error)) throw error;
      if (!(error instanceof BlobStoreUnavailable) || ++tries > (at > start ? TRIES_TO_GO_ON : TRIES))
        throw error;
      if (at >= end) return;
      await pause(REST, undefined, { signal });
    }
  }
}
