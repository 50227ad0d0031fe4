import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A held lock on a data directory. */
export interface OwnerLock {
  release: () => void;
}

/**
 * Takes the one lock of a data directory, or says which process holds it (0: not known).
 *
 * It is the file lock below a SQLite database: the kernel drops it with its holder however that ends, so there is
 * no stale lock to judge and no reused process id to mistake for the holder. Node has no other file lock.
 */
export function takeOwnerLock(dataDir: string): OwnerLock | { heldBy: number } {
  const pidFile = join(dataDir, 'server.pid');
  const database = new DatabaseSync(join(dataDir, 'server.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked/.test(String(error))) throw error;
    return { heldBy: readPid(pidFile) };
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

function readPid(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || 0;
  } catch {
    return 0;
  }
}
