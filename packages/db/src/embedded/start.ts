import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { openPool } from '../connection/open.ts';
import { type Log, silentLog } from '../log.ts';
import { findBinaries } from './binaries.ts';
import { clusterUser, ensureCluster, passwordFileOf, removeUnfinishedClusters } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { type OwnerLock, takeOwnerLock } from './owner-lock.ts';
import type { PostmasterOptions } from './postmaster.ts';
import { disownPostmasterPid, endPostmaster, isPostmasterOf, readPostmasterPid } from './postmaster-pid.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { supervise } from './supervise.ts';

export interface EmbeddedPostgresOptions {
  /** A folder for this Postgres alone, created if missing. Contains the cluster, its password and its log. */
  dataDir: string;
  log?: Log;
  /**
   * False: writes are not flushed to disk, so a crash of the machine loses the database. Only for tests. Default
   * true.
   */
  durable?: boolean;
  /** Default 100. */
  maxConnections?: number;
  /** Whether to restart Postgres, on the same port, after an unexpected end. Default true. */
  restartOnCrash?: boolean;
  /** For tests: the way to avoid root, instead of the automatic choice. */
  runAs?: RunAs['kind'];
}

/** A running embedded Postgres. */
export interface EmbeddedPostgres {
  /** The URL of the database `modelbox`, valid until `stop`, also across restarts. */
  connectionString: string;
  dataDir: string;
  logFile: string;
  /** The process id of the postmaster. A restart changes it. */
  pid: () => number;
  /**
   * Fast shutdown: ends the sessions, flushes, and resolves when Postgres has ended and the data directory is free.
   * @param late when aborted, Postgres ends without flushing (immediate shutdown) and recovers at its next start.
   */
  stop: (late?: AbortSignal) => Promise<void>;
  /** Kills Postgres by SIGKILL, like the kernel. It stays down until `restart`. For fault tests. */
  kill: () => Promise<void>;
  /** Shuts Postgres down if it runs, and starts it on the same port. For fault tests. */
  restart: () => Promise<void>;
}

/**
 * Starts the packaged Postgres on a data directory and creates the database on first use.
 *
 * If a killed server left its Postgres running on the data directory, that is shut down (fast) and started again
 * instead of adopted: so it is a child of this process with its settings and log. A data directory of another live
 * server is rejected.
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? silentLog;
  const durable = options.durable ?? true;
  const found = findBinaries();
  mkdirSync(options.dataDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir);
  const clusterDir = clusterDirOf(dataDir);
  const lock = lockOrRefuse(dataDir);
  try {
    const { runAs, binaries } = chooseRunAs(dataDir, clusterDir, found, options.runAs);
    removeUnfinishedClusters(dataDir);
    const password = await ensureCluster(dataDir, clusterDir, binaries, runAs, durable);
    await endOrphan(clusterDir, log);
    const logFile = join(dataDir, 'postgres.log');
    const settings = serverSettings(durable, options.maxConnections ?? 100);
    const postmasterOptions = { clusterDir, binaries, runAs, logFile, settings, log };
    const running = await supervise(postmasterOptions, options.restartOnCrash ?? true, lock.release);
    // The URL sets everything that `pg` would otherwise read from PGSSLMODE and other variables.
    const url = (database: string) =>
      `postgresql://${clusterUser}:${password}@127.0.0.1:${running.port}/${database}?sslmode=disable`;
    await ensureDatabase(url('postgres')).catch(async (error) => {
      await running.stop();
      throw error;
    });
    const { pid, stop, kill, restart } = running;
    return { connectionString: url('modelbox'), dataDir, logFile, pid, stop, kill, restart };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The URL of the embedded Postgres of another process. Undefined unless it accepts connections. */
export function runningUrl(dataDir: string): string | undefined {
  const found = readPostmasterPid(clusterDirOf(dataDir));
  if (!found?.ready) return undefined;
  const password = readFileSync(passwordFileOf(dataDir), 'utf8').trim();
  return `postgresql://${clusterUser}:${password}@127.0.0.1:${found.port}/modelbox`;
}

/** The folder of the cluster in a data directory. */
export const clusterDirOf = (dataDir: string): string => join(dataDir, 'postgres');

function lockOrRefuse(dataDir: string): OwnerLock {
  const lock = takeOwnerLock(dataDir);
  if ('release' in lock) return lock;
  throw new EmbeddedPostgresError(
    'data_dir_in_use',
    `The data directory ${dataDir} is in use by another server${lock.heldBy ? ` (process ${lock.heldBy})` : ''}. ` +
      'Stop that server, set another MODELBOX_DATA_DIR, or let both servers use one Postgres by DATABASE_URL.',
  );
}

/** Shuts down the Postgres that a killed server left running. The caller must have the lock of the data directory. */
export async function endOrphan(clusterDir: string, log: Log): Promise<void> {
  const left = readPostmasterPid(clusterDir);
  if (!left) return;
  if (isPostmasterOf(clusterDir, left.pid)) {
    log.warn({ pid: left.pid }, 'a killed server left its Postgres running; shutting it down');
    await endPostmaster(left.pid, () => !isPostmasterOf(clusterDir, left.pid));
  } else {
    disownPostmasterPid(clusterDir);
  }
}

function serverSettings(durable: boolean, maxConnections: number): PostmasterOptions['settings'] {
  return {
    listen_addresses: '127.0.0.1',
    // No socket file: its path must fit in 107 bytes, which deep data directories exceed.
    unix_socket_directories: '',
    max_connections: maxConnections,
    shared_buffers: '128MB',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // A base backup needs `replica`. Test databases skip the log of copied data.
    wal_level: durable ? 'replica' : 'minimal',
    max_wal_senders: durable ? 10 : 0,
    max_wal_size: durable ? '1GB' : '256MB',
    // An unread replication slot must not fill the disk.
    max_slot_wal_keep_size: '4GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const pool = openPool({
    url,
    max: 1,
    applicationName: 'modelbox start',
    connectionTimeout: 10_000,
    settings: { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 },
  });
  pool.on('error', () => {});
  try {
    const { rowCount } = await pool.query("SELECT FROM pg_database WHERE datname = 'modelbox'");
    if (rowCount === 0) await pool.query('CREATE DATABASE modelbox');
  } finally {
    await pool.end();
  }
}
