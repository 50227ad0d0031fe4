import { Readable } from 'node:stream';
import { notePassing } from './passing.ts';
import type { BlobSource } from './store.ts';

/**
 * Hands each chunk of the source to `take`, which is awaited before the next one is asked for. An abort ends it
 * at once even if the source stalls: one rejection slot instead of `Promise.race`, which would pile up a
 * reaction on the signal for every chunk.
 *
 * A `Readable` stays undestroyed on failure (see `BlobStore.write`); any other iterator is told to return.
 */
export async function consume(
  source: BlobSource,
  signal: AbortSignal | undefined,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  const iterator: AsyncIterator<unknown> =
    source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source[Symbol.asyncIterator]();
  let interrupt: ((reason: unknown) => void) | undefined;
  const next = () =>
    new Promise<IteratorResult<unknown>>((resolve, reject) => {
      interrupt = reject;
      iterator.next().then(resolve, reject);
    });
  const onAbort = () => interrupt?.(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = await next();
      if (step.done) {
        ended = true;
        return;
      }
      if (!(step.value instanceof Uint8Array)) throw new TypeError('a blob source must yield bytes');
      const taken = take(step.value);
      if (taken) await taken;
      notePassing(step.value.byteLength);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Not awaited: an iterator that stalls would never answer.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
