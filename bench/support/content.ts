import { randomBytes } from 'node:crypto';

const MiB = 2 ** 20;
const HEAD = 64;

/** Random, so that nothing compresses it; and the same again and again, so that it costs nothing to make. */
const filling = randomBytes(MiB - HEAD);

/**
 * Content of so many bytes, in pieces: each MiB begins with bytes of its own, so that no two files are alike, and goes
 * on with those that all share. The pieces are never written to again.
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
