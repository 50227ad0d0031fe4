import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type BufferPool, bufferBytes } from './buffers.ts';
import { onDisk } from './disk-errors.ts';

/** Writes chunks to a file in large pieces and hashes what it writes. */
export interface HashingWriter {
  /** Returns a promise only if the caller must wait. Afterwards the chunk may be reused. */
  add(chunk: Uint8Array): Promise<void> | undefined;
  /** Waits for the last write and returns the SHA-256 in lower-case hex. */
  finish(): Promise<string>;
  /** Waits for pending writes, successful or not, and returns the buffers. Must always be called last. */
  release(): Promise<void>;
}

/**
 * Two buffers in turn: while the kernel writes one, the other is filled and hashed. Chunks are copied, which costs a
 * tenth of the hashing. So the hash always covers the written bytes, even if the source reuses its buffers.
 */
export function createHashingWriter(file: FileHandle, pool: BufferPool): HashingWriter {
  const hash = createHash('sha256');
  let filling = pool.take();
  let filled = 0;
  let spare: Buffer | undefined;
  let pending: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const piece = filling.subarray(0, filled);
    hash.update(piece);
    await pending;
    const next = spare ?? pool.take();
    spare = filling;
    filling = next;
    filled = 0;
    pending = onDisk(writeFully(file, piece));
    pending.catch(() => {}); // The next caller that awaits it sees the error.
  }

  async function addInPieces(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + bufferBytes - filled);
      filling.set(piece, filled);
      filled += piece.byteLength;
      at += piece.byteLength;
      if (filled === bufferBytes) await flush();
    }
  }

  return {
    add(chunk) {
      if (filled + chunk.byteLength >= bufferBytes) return addInPieces(chunk);
      filling.set(chunk, filled);
      filled += chunk.byteLength;
      return undefined;
    },
    async finish() {
      if (filled > 0) await flush();
      await pending;
      return hash.digest('hex');
    },
    async release() {
      await pending.catch(() => {});
      pool.giveBack(filling);
      if (spare) pool.giveBack(spare);
    },
  };
}

/** The kernel may write fewer bytes than offered, above all on a disk that is almost full. */
async function writeFully(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await file.write(bytes, at, bytes.byteLength - at)).bytesWritten;
  }
}
