import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

const BLOCK = 2 ** 20;

export interface Copied {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Reads a whole file, and copies it durably to a new file if `to` is given. */
export async function copyFile(from: string, to: string | undefined, signal: AbortSignal): Promise<Copied> {
  const source = await open(from, 'r');
  let target: FileHandle | undefined;
  try {
    target = to === undefined ? undefined : await open(to, 'wx', 0o600);
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(BLOCK);
    let sizeBytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, BLOCK, null);
      if (bytesRead === 0) break;
      const data = buffer.subarray(0, bytesRead);
      hash.update(data);
      await target?.writeFile(data);
      sizeBytes += bytesRead;
    }
    await target?.sync();
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
    await target?.close();
  }
}

/** Makes the entries of a folder survive a crash. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
