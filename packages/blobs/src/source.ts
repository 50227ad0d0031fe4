import { finished, Readable } from 'node:stream';
import { chunkChannel } from './chunk-channel.ts';

/** The bytes to store: a Node or web stream, or any async iterable of byte chunks (never of strings). */
export type BlobSource = Readable | AsyncIterable<Uint8Array>;

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
    source instanceof Readable ? chunksOf(source) : source[Symbol.asyncIterator]();
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
      chunkChannel.publish(step.value.byteLength);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Not awaited: an iterator that stalls would never answer.
    if (!ended) iterator.return?.().catch(() => {});
  }
}

/**
 * As the stream's own iterator, but `return` detaches from the stream even while `next` waits. A `readable` listener
 * that stayed would keep `resume` from discarding the rest of a request, and its client would never read the answer.
 */
function chunksOf(stream: Readable): AsyncIterator<unknown> {
  let wake = () => {};
  let end: { readonly error: Error | null | undefined } | undefined;
  const onReadable = () => wake();
  stream.on('readable', onReadable);
  const stopWatching = finished(stream, { writable: false }, (error) => {
    end = { error };
    wake();
  });
  return {
    async next() {
      for (;;) {
        const chunk: unknown = stream.destroyed ? null : stream.read();
        if (chunk !== null) return { done: false, value: chunk };
        if (end?.error) throw end.error;
        if (end) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async return() {
      stream.off('readable', onReadable);
      stopWatching();
      return { done: true, value: undefined };
    },
  };
}
