import { finished, Readable } from 'node:stream';
import { chunkChannel } from './chunk-channel.ts';

/** The content to store: a Node or web stream, or any async iterable of bytes (not of strings). */
export type BlobSource = Readable | AsyncIterable<Uint8Array>;

/**
 * Passes each chunk to `take` and awaits it before the next one. An abort ends it at once, even if the source stalls.
 * It uses one rejection slot, because `Promise.race` would add a reaction to the signal for every chunk.
 *
 * On failure, a `Readable` is not destroyed (see `BlobStore.write`); `return` is called on other iterators.
 */
export async function consume(
  source: BlobSource,
  signal: AbortSignal | undefined,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  const iterator = iteratorOf(source);
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
    // Not awaited, because a stalled iterator would never answer.
    if (!ended) iterator.return?.().catch(() => {});
  }
}

/** Returns the same content, which fails at its end if `check` rejects. A store then keeps nothing of it. */
export function checkedAtEnd(source: BlobSource, check: () => Promise<void>): BlobSource {
  return {
    [Symbol.asyncIterator]() {
      const iterator = iteratorOf(source);
      return {
        async next() {
          const step = await iterator.next();
          if (step.done) await check();
          return step;
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

const iteratorOf = (source: BlobSource): AsyncIterator<Uint8Array> =>
  source instanceof Readable ? chunksOf(source) : source[Symbol.asyncIterator]();

/**
 * Like the iterator of the stream, but `return` detaches even while `next` waits. A remaining `readable` listener
 * would keep `resume` from discarding the rest of a request, so that its client never reads the answer.
 */
function chunksOf(stream: Readable): AsyncIterator<Uint8Array> {
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
        const chunk: Uint8Array | null = stream.destroyed ? null : stream.read();
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
