import { ModelBoxError } from './errors.ts';

/** How a large file moves: in parts, of which each is tried again alone, and on from where a kill left them. */
export interface PartOptions {
  /** The size in bytes from which on a file moves in parts. Default: 64 MiB. `Infinity`: never. */
  readonly partsFrom?: number | undefined;
  /** Bytes of a part. Default: 16 MiB; of a very large upload as many more as keep it to 10,000 parts. */
  readonly partSize?: number | undefined;
}

/** Options of moving one file in parts. */
export interface ParallelPartOptions extends PartOptions {
  /** Parts that move at the same time. Default: 4. */
  readonly parallel?: number | undefined;
}

export const PARTS_FROM = 64 * 2 ** 20;
export const PART_SIZE = 16 * 2 ** 20;
export const PARALLEL = 4;

/** Throws `ModelBoxError` where an option is not what it must be. */
export function checkPartOptions(
  options: ParallelPartOptions & { readonly settleTimeoutMs?: number | undefined },
): void {
  const { partsFrom = 0, partSize = 1, parallel = 1, settleTimeoutMs = 0 } = options;
  if (!(settleTimeoutMs >= 0))
    throw new ModelBoxError('`settleTimeoutMs` is a number of milliseconds from 0');
  if (!(partsFrom >= 0)) throw new ModelBoxError('`partsFrom` is a number of bytes from 0');
  atLeastOne('partSize', partSize);
  atLeastOne('parallel', parallel);
}

/** Throws `ModelBoxError` where the option is not a whole number from 1. */
export function atLeastOne(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ModelBoxError(`\`${name}\` is a whole number from 1`);
}
