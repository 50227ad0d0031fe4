import { ModelBoxError } from './errors.ts';

/** Options of transfers in parts. Each part is retried alone, and an interrupted transfer continues. */
export interface PartOptions {
  /** The file size in bytes from which transfers use parts. Default: 64 MiB. `Infinity`: never. */
  readonly partsFrom?: number | undefined;
  /** The size of a part in bytes. Default: 16 MiB, or more for uploads that would exceed 10,000 parts. */
  readonly partSize?: number | undefined;
}

/** Options of the transfer of one file in parts. */
export interface ParallelPartOptions extends PartOptions {
  /** The number of parallel parts. Default: 4. */
  readonly parallel?: number | undefined;
}

export const PARTS_FROM = 64 * 2 ** 20;
export const PART_SIZE = 16 * 2 ** 20;
export const PARALLEL = 4;

/** Throws `ModelBoxError` if an option is invalid. */
export function checkPartOptions(
  options: ParallelPartOptions & { readonly settleTimeoutMs?: number | undefined },
): void {
  const { partsFrom = 0, partSize = 1, parallel = 1, settleTimeoutMs = 0 } = options;
  if (!(settleTimeoutMs >= 0))
    throw new ModelBoxError('`settleTimeoutMs` must be a number of milliseconds, at least 0');
  if (!(partsFrom >= 0)) throw new ModelBoxError('`partsFrom` must be a number of bytes, at least 0');
  atLeastOne('partSize', partSize);
  atLeastOne('parallel', parallel);
}

/** Throws `ModelBoxError` unless the option is a whole number from 1. */
export function atLeastOne(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ModelBoxError(`\`${name}\` must be a whole number, at least 1`);
}
