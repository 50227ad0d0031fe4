import type { FileHandle } from 'node:fs/promises';
import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';

const BLOCK = 2 ** 20;

/** Opens a file for reading and writing, and creates it if missing. Never follows a symbolic link. */
export function openToUpdate(path: string): Promise<FileHandle> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  // Windows has no O_NOFOLLOW.
  return fs.open(path, O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0));
}

/** Reads the bytes from `start` to `end`, which must exist, block by block. Each block is valid until the next. */
export async function readBlocks(
  file: FileHandle,
  start: number,
  end: number,
  onBlock: (block: Uint8Array) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(BLOCK, end - start));
  for (let at = start; at < end; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.byteLength, end - at), at);
    if (bytesRead === 0) throw new ModelBoxError('The file became shorter while it was written');
    onBlock(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await file.write(bytes, at, bytes.byteLength - at, offset + at)).bytesWritten;
  }
}
