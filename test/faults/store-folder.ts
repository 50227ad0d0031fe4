import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../apps/server/src/app/log.ts';
import { startServer } from '../../apps/server/src/app/server.ts';
import { readConfig } from '../../apps/server/src/config/config.ts';
import { systemTime, type TimeSource } from '../../apps/server/src/runtime/time-source.ts';

const DAY = 86_400_000;

/** What lies in the store of a data folder: of writes that are not over, and of blobs. Both in bytes, by path. */
export const storeFolder = (root: string): { temporary: number[]; objects: number[] } => ({
  temporary: sizes(root, 'tmp'),
  objects: sizes(root, 'objects'),
});

/** The bytes of the parts of uploads that are not complete. */
export const storedParts = (root: string): number[] => sizes(root, 'uploads');

const sizes = (root: string, folder: string): number[] =>
  readdirSync(join(root, 'blobs', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0);

/** Stored files are judged by the clock of their store, which no test can move: their own times move back instead. */
function ageFiles(folder: string, days: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const written = statSync(path).mtimeMs - days * DAY;
    utimesSync(path, written / 1000, written / 1000);
  }
}

/**
 * Runs a server over the same data as if so many days had passed, until its workers have brought about what is
 * awaited.
 */
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
