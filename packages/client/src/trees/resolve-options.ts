import type { CallOptions } from '../core/options.ts';
import { atLeastOne, checkPartOptions } from '../core/part-options.ts';
import type { TreeOptions } from './options.ts';

interface ResolvedOptions {
  readonly concurrency: number;
  /** The options of each call. */
  readonly call: CallOptions;
}

/** Throws `ModelBoxError` if an option is invalid. */
export function resolveOptions(options: TreeOptions): ResolvedOptions {
  checkPartOptions(options);
  const { concurrency = 4, signal, timeoutMs, maxRetries, headers } = options;
  atLeastOne('concurrency', concurrency);
  return { concurrency, call: { signal, timeoutMs, maxRetries, headers } };
}
