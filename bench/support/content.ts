import { randomBytes } from 'node:crypto';

const MiB = 2 ** 20;
const HEAD = 64;

/** Random bytes, which do not compress, created once to save time. */
const filling = randomBytes(MiB - HEAD);

/**
 * Yields content of this size in pieces. Each MiB begins with unique bytes, so that no two files are alike, and
 * continues with shared bytes. Do not write to the pieces.
 */
export function* content(sizeBytes: number): Generator<Buffer> {
  const id = randomBytes(16);
  for (let at = 0; at < sizeBytes; at += MiB) {
    const head = Buffer.alloc(HEAD);
    id.copy(head);
    head.writeBigUInt64BE(BigInt(at), 16);
    const left = sizeBytes - at;
    yield head.subarray(0, left);
    if (left > HEAD) yield filling.subarray(0, left - HEAD);
  }
}
