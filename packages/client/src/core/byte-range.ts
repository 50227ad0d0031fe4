import { ModelBoxError } from './errors.ts';
import type { ByteRange } from './options.ts';

/** Formats the `Range` header (RFC 9110). Throws `ModelBoxError` if the range is invalid. */
export function rangeHeader(range: ByteRange | undefined): string | undefined {
  if (range === undefined) return undefined;
  if ('last' in range) return `bytes=-${whole(range.last, 1)}`;
  const offset = whole(range.offset, 0);
  return `bytes=${offset}-${range.length === undefined ? '' : offset + whole(range.length, 1) - 1}`;
}

function whole(value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ModelBoxError(`A byte range needs whole bytes, from ${least}: not ${value}`);
}
