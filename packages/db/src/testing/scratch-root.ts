import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';
const enough = 4 * 1024 ** 3;

/**
 * Where test clusters lie: in memory where the system has room for files there (making a cluster then takes a third
 * of the time), otherwise in the temporary folder. Containers often have 64 MB of it, which is not enough.
 */
export function scratchRoot(): string {
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    const isTmpfs = type === 0x01021994;
    if (isTmpfs && bavail * bsize >= enough) return memory;
  } catch {
    // No such folder: not Linux.
  }
  return tmpdir();
}
