import type { BlobPart, PartContent } from './multipart.ts';

const MiB = 2 ** 20;

/** The rules of S3, which hold for every store, so that what works on one works on the others. */
export const partsAtMost = 10_000;
export const partBytesAtLeast = 5 * MiB;
export const partBytesAtMost = 5 * 2 ** 30;

/** The part size to take where the sender has no wish: large enough for any size to fit into `partsAtMost`. */
export function defaultPartBytes(sizeBytes: number): number {
  return Math.max(16 * MiB, Math.ceil(sizeBytes / partsAtMost / MiB) * MiB);
}

/** @throws RangeError */
export function assertPartNumber(number: number): void {
  if (!Number.isInteger(number) || number < 1 || number > partsAtMost) {
    throw new RangeError(`a part's number is from 1 to ${partsAtMost}, not ${number}`);
  }
}

/** @throws RangeError */
export function assertPartContent({ sizeBytes, sha256 }: PartContent): void {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > partBytesAtMost) {
    throw new RangeError(`a part has from 0 to ${partBytesAtMost} bytes, not ${sizeBytes}`);
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('a SHA-256 is 64 lower-case hex digits');
}

/** @throws RangeError for what cannot be completed as it is. */
export function assertCanBeBlob(parts: readonly BlobPart[]): void {
  if (parts.length === 0) throw new RangeError('a blob has one part at least');
  for (const [index, { number, sizeBytes }] of parts.entries()) {
    assertPartNumber(number);
    if (index > 0 && number <= (parts[index - 1]?.number ?? 0)) {
      throw new RangeError('parts must be in order of their numbers, each once');
    }
    if (index < parts.length - 1 && sizeBytes < partBytesAtLeast) {
      throw new RangeError(
        `all parts but the last have at least ${partBytesAtLeast} bytes, ${number} has not`,
      );
    }
  }
}

/** The numbers of parts that are not as they were named, are named and not there, or there and not named; in order. */
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
