import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../apps/server/src/app/log.ts';
import { startServer } from '../../apps/server/src/app/server.ts';
import { readConfig } from '../../apps/server/src/config/config.ts';
import { systemTime, type TimeSource } from '../../apps/server/src/runtime/time-source.ts';

const DAY = 86_400_000;

/** Sizes of the temporary files and of the blobs in the store of a data folder, in bytes. */
export const storeFolder = (root: string): { temporary: number[]; objects: number[] } => ({
  temporary: sizes(root, 'tmp'),
  objects: sizes(root, 'objects'),
});

/** Sizes of the parts of incomplete uploads, in bytes. */
export const storedParts = (root: string): number[] => sizes(root, 'uploads');

const sizes = (root: string, folder: string): number[] =>
  readdirSync(join(root, 'blobs', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0);

/**
 * The age of stored files depends on the clock of their store, which no test can move. So the times of the files move
 * back.
 */
function ageFiles(folder: string, days: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const written = statSync(path).mtimeMs - days * DAY;
    utimesSync(path, written / 1000, written / 1000);
  }
}

/** Runs a server over the same data as if `days` had passed, until its workers have done the awaited work. */
export async function daysLater(
  days: number,
  settings: Record<string, string>,
  awaited: () => Promise<void> | void,
): Promise<void> {
  const config = readConfig([], { MODELBOX_PORT: '0', MODELBOX_LOG_LEVEL: 'silent', ...settings });
  if (typeof config === 'string') throw new Error(config);
  const real = systemTime();
  const later: TimeSource = {
    ...real,
    wall: () => real.wall() + days * DAY,
    database: (reported) => reported + days * DAY,
  };
  const folder = join(config.dataDir, 'blobs');
  if (existsSync(folder)) ageFiles(folder, days);
  const server = await startServer(config, createLog(config, false), later);
  try {
    await awaited();
  } finally {
    await server.stop();
  }
}
