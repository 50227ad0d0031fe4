import { createHash, type Hash } from 'node:crypto';
import { BlobNotFound, BlobRangeInvalid } from '@modelbox/blobs';
import { partCount, partSize } from '@modelbox/domain';
import { isUnreadable } from '../../content/copies/look.ts';
import type { Context } from '../../protocol/context.ts';
import { readPatiently } from './read-patiently.ts';

export interface Content {
  readonly key: string;
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  /** SHA-256 of each part as it arrived, in hex. Undefined if unknown, or if parts must not be compared. */
  readonly parts: readonly string[] | undefined;
}

/** The result of one reading: the SHA-256 of the whole content, or a fault. */
export type Reading =
  | {
      readonly sha256: string;
      /** Whether each part was compared, and equals the part that arrived. */
      readonly isAsArrived: boolean;
    }
  | {
      /** Identifies the fault: equal faults have equal texts. */
      readonly finding: string;
      readonly says: string;
    };

/** Immediate retries for a part that differs from the part that arrived. */
const READ_AGAIN = 2;

/**
 * Reads and hashes the whole content of an upload. Compares each part with the part that arrived. Reads a differing
 * part again, and only a matching reading enters the hash of the whole.
 * @throws BlobStoreUnavailable, other failures that do not concern the content, or the reason of the signal
 */
export async function readBack(
  ctx: Pick<Context, 'blobs'>,
  content: Content,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    return content.parts === undefined || content.sizeBytes === 0
      ? await readWhole(ctx, content, signal)
      : await readParts(ctx, content, content.parts, signal);
  } catch (error) {
    return lost(error);
  }
}

async function readWhole(
  ctx: Pick<Context, 'blobs'>,
  { key, sizeBytes }: Content,
  signal: AbortSignal,
): Promise<Reading> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of readPatiently(ctx, key, { start: 0, end: sizeBytes, isWhole: true }, signal)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return bytes === sizeBytes
    ? { sha256: hash.digest('hex'), isAsArrived: sizeBytes === 0 }
    : wrongSize(bytes, sizeBytes);
}

async function readParts(
  ctx: Pick<Context, 'blobs'>,
  content: Content,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<Reading> {
  const { key, sizeBytes } = content;
  let number = 1;
  let bytes = 0;
  let end = partSize(content, number);
  // `before` is the hash up to the current part; `whole` also includes the bytes of the current part.
  let before = createHash('sha256');
  let whole = before.copy();
  let part = createHash('sha256');
  for await (const chunk of readPatiently(ctx, key, { start: 0, end: sizeBytes, isWhole: true }, signal)) {
    if (bytes + chunk.length > sizeBytes) return wrongSize(bytes + chunk.length, sizeBytes);
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + end - bytes);
      whole.update(piece);
      part.update(piece);
      at += piece.length;
      bytes += piece.length;
      if (bytes < end) continue;
      const arrived = parts[number - 1];
      const found = part.digest('hex');
      const start = end - partSize(content, number);
      const matching =
        found === arrived ? whole : await readPart(ctx, key, { start, end }, { before, arrived }, signal);
      if (matching === undefined) return otherPart(number, partCount(content), found);
      whole = matching;
      before = whole.copy();
      part = createHash('sha256');
      number += 1;
      end = Math.min(sizeBytes, end + partSize(content, Math.min(number, partCount(content))));
    }
  }
  return bytes === sizeBytes
    ? { sha256: whole.digest('hex'), isAsArrived: true }
    : wrongSize(bytes, sizeBytes);
}

/** Reads one part again. Returns the hash up to its end, or undefined if no reading equals the part that arrived. */
async function readPart(
  ctx: Pick<Context, 'blobs'>,
  key: string,
  range: { readonly start: number; readonly end: number },
  { before, arrived }: { readonly before: Hash; readonly arrived: string | undefined },
  signal: AbortSignal,
): Promise<Hash | undefined> {
  for (let tries = 0; tries < READ_AGAIN; tries += 1) {
    const whole = before.copy();
    const part = createHash('sha256');
    for await (const chunk of readPatiently(ctx, key, { ...range, isWhole: false }, signal)) {
      whole.update(chunk);
      part.update(chunk);
    }
    if (part.digest('hex') === arrived) return whole;
  }
  return undefined;
}

const wrongSize = (bytes: number, sizeBytes: number): Reading => ({
  finding: `${bytes} bytes`,
  says: `The stored content has ${bytes} bytes, not ${sizeBytes}.`,
});

const otherPart = (number: number, count: number, sha256: string): Reading => ({
  finding: `part ${number} ${sha256}`,
  says: `Part ${number} of ${count} differs from the part that arrived: the stored bytes have the SHA-256 ${sha256}.`,
});

/** Maps an error to a finding if the store works but lacks the content or cannot read it. Rethrows other errors. */
function lost(error: unknown): Reading {
  if (error instanceof BlobRangeInvalid)
    return {
      finding: `${error.sizeBytes} bytes`,
      says: `The stored content has only ${error.sizeBytes} bytes.`,
    };
  const isBad = isUnreadable(error);
  if (!(error instanceof BlobNotFound) && !isBad) throw error;
  return {
    finding: isBad ? 'unreadable' : 'missing',
    says: 'The stored content cannot be read back.',
  };
}
