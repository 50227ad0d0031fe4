import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type BufferPool, bufferBytes } from './buffers.ts';
import { onDisk } from './disk-errors.ts';

/** Writes chunks to a file in large pieces and hashes what it writes. */
export interface HashingWriter {
  /** Gives a promise only when the caller must wait. The chunk may be reused as soon as it is done. */
  add(chunk: Uint8Array): Promise<void> | undefined;
  /** Waits for the last write; gives the SHA-256 in lower-case hex. */
  finish(): Promise<string>;
  /** Waits for pending writes, good or bad, and returns the buffers. To be called in every case, last. */
  release(): Promise<void>;
}

/**
 * Two buffers in turn: while the kernel takes one, the other is filled and hashed. Chunks are copied, which
 * costs a tenth of hashing them and makes the hash that of the bytes written, whatever the source does to its own
 * buffers afterwards.
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
    pending.catch(() => {}); // Seen by the next one who awaits it.
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

/** The kernel may take less than it was offered, above all on a disk that is filling up. */
async function writeFully(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await file.write(bytes, at, bytes.byteLength - at)).bytesWritten;
  }
}
