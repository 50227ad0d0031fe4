import { ModelBoxError } from './errors.ts';
import type { ByteRange } from './options.ts';

/** The `Range` header (RFC 9110) for a part of a file. Throws `ModelBoxError` where it is no part. */
export function rangeHeader(range: ByteRange | undefined): string | undefined {
  if (range === undefined) return undefined;
  if ('last' in range) return `bytes=-${whole(range.last, 1)}`;
  const offset = whole(range.offset, 0);
  return `bytes=${offset}-${range.length === undefined ? '' : offset + whole(range.length, 1) - 1}`;
}

function whole(value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ModelBoxError(`A part of a file is counted in whole bytes, from ${least}: not ${value}`);
}
