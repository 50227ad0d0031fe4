import type { BlobPart, PartContent } from './multipart.ts';

const MiB = 2 ** 20;

/** The limits of S3, which apply to every store, so that all stores accept the same parts. */
export const partsAtMost = 10_000;
export const partBytesAtLeast = 5 * MiB;
export const partBytesAtMost = 5 * 2 ** 30;

/** The default part size: large enough that any file fits into `partsAtMost` parts. */
export function defaultPartBytes(sizeBytes: number): number {
  return Math.max(16 * MiB, Math.ceil(sizeBytes / partsAtMost / MiB) * MiB);
}

/** @throws RangeError */
export function assertPartNumber(number: number): void {
  if (!Number.isInteger(number) || number < 1 || number > partsAtMost) {
    throw new RangeError(`the number of a part must be from 1 to ${partsAtMost}, not ${number}`);
  }
}

/** @throws RangeError */
export function assertPartContent({ sizeBytes, sha256 }: PartContent): void {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > partBytesAtMost) {
    throw new RangeError(`a part must have 0 to ${partBytesAtMost} bytes, not ${sizeBytes}`);
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('a SHA-256 must be 64 lower-case hex digits');
}

/** @throws RangeError if the parts cannot form a blob. */
export function assertCanBeBlob(parts: readonly BlobPart[]): void {
  if (parts.length === 0) throw new RangeError('a blob needs at least one part');
  for (const [index, { number, sizeBytes }] of parts.entries()) {
    assertPartNumber(number);
    if (index > 0 && number <= (parts[index - 1]?.number ?? 0)) {
      throw new RangeError('parts must be in ascending order of their numbers, without duplicates');
    }
    if (index < parts.length - 1 && sizeBytes < partBytesAtLeast) {
      throw new RangeError(
        `all parts except the last must have at least ${partBytesAtLeast} bytes, and part ${number} has ` +
          `fewer`,
      );
    }
  }
}

/** Lists the numbers of parts that differ, are missing or are not named, in order. */
export function differing(named: readonly BlobPart[], there: Iterable<BlobPartName>): number[] {
  const left = new Map<number, BlobPartName>();
  for (const part of there) left.set(part.number, part);
  const numbers: number[] = [];
  for (const { number, sizeBytes, tag } of named) {
    const part = left.get(number);
    if (part?.tag !== tag || part.sizeBytes !== sizeBytes) numbers.push(number);
    left.delete(number);
  }
  return [...numbers, ...left.keys()].sort((a, b) => a - b);
}

type BlobPartName = Pick<BlobPart, 'number' | 'sizeBytes' | 'tag'>;
