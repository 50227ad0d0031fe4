import { AbortError } from './errors.ts';

interface Parallel {
  readonly concurrency: number;
  /** The signal of the caller. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` on the items in order, `concurrency` at a time. The first failure aborts the others and is thrown when
 * all have ended. Throws `AbortError` if the signal of the caller fires.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncGenerator<T, void, undefined>,
  { concurrency, signal }: Parallel,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const aborted = () => new AbortError('The call was aborted', { cause: signal?.reason });
  const failures: unknown[] = [];
  const queue = Symbol.asyncIterator in items ? items : items[Symbol.iterator]();
  const worker = async () => {
    for (let next = await queue.next(); !next.done; next = await queue.next()) {
      if (controller.signal.aborted) return;
      await work(next.value, controller.signal);
    }
  };
  const careful = () =>
    worker().catch((error: unknown) => {
      failures.push(error);
      controller.abort(error);
    });
  try {
    if (signal?.aborted) throw aborted();
    await Promise.all(Array.from({ length: concurrency }, careful));
    if (signal?.aborted) throw aborted();
    if (failures.length > 0) throw failures[0];
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await queue.return?.();
  }
}
