import { partsAtMost } from './part-rules.ts';

const MiB = 2 ** 20;

/** The usual part size. S3 requires at least 5 MiB. Four parts in flight saturate a connection to a near server. */
export const usualPartBytes = 8 * MiB;

/** The largest part size. Larger parts would use up the shared memory of writes. */
export const largestPartBytes = 32 * MiB;

/** The largest blob with an announced size: 312.5 GiB. */
export const largestAnnouncedBytes = partsAtMost * largestPartBytes;

/**
 * The size of a part in bytes; `part` counts from 1. With a known size, all parts are equal and few enough.
 * Otherwise, parts grow with the content, up to about 275 GiB in total.
 */
export function partBytes(part: number, sizeBytes: number | undefined): number {
  if (sizeBytes === undefined) {
    return Math.min(usualPartBytes * 2 ** Math.floor((part - 1) / 1000), largestPartBytes);
  }
  const needed = Math.ceil(sizeBytes / partsAtMost / MiB) * MiB;
  return Math.min(Math.max(usualPartBytes, needed), largestPartBytes);
}

/** The largest blob in bytes, for an announced or unknown size. */
export function largestBlobBytes(sizeBytes: number | undefined): number {
  if (sizeBytes !== undefined) return largestAnnouncedBytes;
  let sum = 0;
  for (let part = 1; part <= partsAtMost; part += 1) sum += partBytes(part, undefined);
  return sum;
}
