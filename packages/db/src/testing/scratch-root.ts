import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';
const enough = 4 * 1024 ** 3;

/**
 * The folder of test clusters: in memory if there is room (which makes creating a cluster three times as fast),
 * otherwise the temporary folder. Containers often have only 64 MB of memory for files, which is not enough.
 */
export function scratchRoot(): string {
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    const isTmpfs = type === 0x01021994;
    if (isTmpfs && bavail * bsize >= enough) return memory;
  } catch {
    // Only Linux has this folder.
  }
  return tmpdir();
}
