import { setTimeout as pause } from 'node:timers/promises';
import { BlobStoreUnavailable } from '@modelbox/blobs';
import type { Context } from '../context.ts';

/**
 * Tries to go on with a read that broke off, without a byte between: a few where nothing was read yet, and many where
 * that would have to be read again. Milliseconds before each.
 */
const TRIES = 3;
const TRIES_TO_GO_ON = 300;
const REST = 1_000;

/**
 * The bytes of a blob that must have this size. A read that breaks off goes on from there when the store is back: of
 * terabytes no byte is read twice for that.
 * @throws what the store throws, the last time.
 */
export async function* readPatiently(
  { blobs }: Context,
  key: string,
  sizeBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (let tries = 0; ; ) {
    try {
      const range = bytes > 0 ? { range: { start: bytes, end: sizeBytes - 1 } } : {};
      const { stream } = await blobs.read(key, { signal, ...range });
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        tries = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      if (!(error instanceof BlobStoreUnavailable) || ++tries > (bytes > 0 ? TRIES_TO_GO_ON : TRIES))
        throw error;
      if (bytes >= sizeBytes) return;
      await pause(REST, undefined, { signal });
    }
  }
}
