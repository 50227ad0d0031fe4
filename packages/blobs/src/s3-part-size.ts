import { partsAtMost } from './part-rules.ts';

const MiB = 2 ** 20;

/** The usual part. At least 5 MiB by S3's rules; four in flight keep a connection to a near server busy. */
export const usualPartBytes = 8 * MiB;

/** A larger part would not leave room for others in the memory that all writes share. */
export const largestPartBytes = 32 * MiB;

/** More than this cannot be written: 312.5 GiB when the size was announced. */
export const largestAnnouncedBytes = partsAtMost * largestPartBytes;

/**
 * Bytes of the part with this number (from 1). With a known size all parts are alike, and small enough in number;
 * without one they grow as the file turns out to be large: at most about 275 GiB.
 */
export function partBytes(part: number, sizeBytes: number | undefined): number {
  if (sizeBytes === undefined) {
    return Math.min(usualPartBytes * 2 ** Math.floor((part - 1) / 1000), largestPartBytes);
  }
  const needed = Math.ceil(sizeBytes / partsAtMost / MiB) * MiB;
  return Math.min(Math.max(usualPartBytes, needed), largestPartBytes);
}

/** What all announced and unannounced sizes together can hold. */
export function largestBlobBytes(sizeBytes: number | undefined): number {
  if (sizeBytes !== undefined) return largestAnnouncedBytes;
  let sum = 0;
  for (let part = 1; part <= partsAtMost; part += 1) sum += partBytes(part, undefined);
  return sum;
}
