import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeOwnerLock } from '../embedded/owner-lock.ts';
import { clusterDirOf, type EmbeddedPostgres, endOrphan, startEmbeddedPostgres } from '../embedded/start.ts';
import { silentLog } from '../log.ts';
import { scratchRoot } from './scratch-root.ts';

/** Reserved: each run removes folders with this prefix that no process has locked. */
const prefix = 'modelbox-test-postgres-';

/** How much a Postgres for tests must be like a real one. */
export interface TestPostgresOptions {
  /** True: what was committed survives `kill()`, as in production. False: no flushing. */
  durable: boolean;
  /** Default 300: many test files, each with pools of its own. */
  maxConnections?: number;
}

/**
 * Starts a private Postgres in a temporary folder (in memory where there is room, so not for measuring disks), which a fault test can `kill()` and `restart()`; `stop()` removes
 * the folder too. What killed runs left behind is stopped and removed first.
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

/** A folder that we made and whose run has come as far as its lock: another run may be making one right now. */
function isOurs(dataDir: string): boolean {
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== process.getuid?.()) return false;
  return existsSync(join(dataDir, 'server.lock')) || Date.now() - stat.mtimeMs > 60_000;
}
