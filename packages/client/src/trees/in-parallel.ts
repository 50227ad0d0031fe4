import { AbortError, ModelBoxError } from '../core/errors.ts';
import type { TreeOptions } from './options.ts';

/**
 * Works on the items in their order, `concurrency` at a time. The first failure gives up the others, and is thrown when
 * all have let go. Throws `AbortError` where the caller's signal fires.
 */
export async function inParallel<T>(
  items: readonly T[],
  { concurrency = 4, signal }: TreeOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  checkConcurrency(concurrency);
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const aborted = () => new AbortError('The call was aborted', { cause: signal?.reason });
  const failures: unknown[] = [];
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      if (controller.signal.aborted) return;
      await work(item, controller.signal);
    }
  };
  const careful = () =>
    worker().catch((error: unknown) => {
      failures.push(error);
      controller.abort(error);
    });
  try {
    if (signal?.aborted) throw aborted();
    await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, careful));
    if (signal?.aborted) throw aborted();
    if (failures.length > 0) throw failures[0];
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function checkConcurrency(value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ModelBoxError('`concurrency` is a whole number from 1');
}
