import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The lock of a data directory. */
export interface OwnerLock {
  release: () => void;
}

/**
 * Takes the lock of a data directory, or returns the process that has it (0: unknown).
 *
 * It is the file lock of a SQLite database, because Node has no other one. The kernel releases it when the process
 * ends in any way, so there are no stale locks and no confusion by reused process ids.
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
