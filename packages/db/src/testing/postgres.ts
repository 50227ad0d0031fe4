import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeOwnerLock } from '../embedded/owner-lock.ts';
import { clusterDirOf, type EmbeddedPostgres, endOrphan, startEmbeddedPostgres } from '../embedded/start.ts';
import { silentLog } from '../log.ts';
import { scratchRoot } from './scratch-root.ts';

/** Reserved: each run removes folders with this prefix that no process has locked. */
const prefix = 'modelbox-test-postgres-';

/** Options of a test Postgres. */
export interface TestPostgresOptions {
  /** True: commits survive `kill()`, as in production. False: no flushing. */
  durable: boolean;
  /** Default 300, for many test files with their own pools. */
  maxConnections?: number;
}

/**
 * Starts a private Postgres in a temporary folder. Fault tests can `kill()` and `restart()` it; `stop()` also removes
 * the folder. The folder is in memory if there is room, so do not measure disks. First stops and removes the remains
 * of killed runs.
 */
export async function startTestPostgres(options: TestPostgresOptions): Promise<EmbeddedPostgres> {
  await removeAbandoned();
  const dataDir = mkdtempSync(join(scratchRoot(), prefix));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    durable: options.durable,
    maxConnections: options.maxConnections ?? 300,
    restartOnCrash: false,
  });
  const stop = async (): Promise<void> => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...postgres, stop };
}

async function removeAbandoned(): Promise<void> {
  const roots = [...new Set([scratchRoot(), tmpdir()])];
  const found = roots.flatMap((root) =>
    readdirSync(root).map((name) => ({ name, dataDir: join(root, name) })),
  );
  for (const { name, dataDir } of found) {
    if (!name.startsWith(prefix) || !isOurs(dataDir)) continue;
    const lock = takeOwnerLock(dataDir);
    if (!('release' in lock)) continue;
    await endOrphan(clusterDirOf(dataDir), silentLog);
    lock.release();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Whether a folder is from a run that has reached its lock: another run may be creating one right now. */
function isOurs(dataDir: string): boolean {
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== process.getuid?.()) return false;
  return existsSync(join(dataDir, 'server.lock')) || Date.now() - stat.mtimeMs > 60_000;
}
