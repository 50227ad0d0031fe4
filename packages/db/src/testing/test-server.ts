import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readMigrations } from '../migrations/files.ts';
import { migrate } from '../migrations/migrate.ts';
import { startTestPostgres } from './postgres.ts';

/** A Postgres that hands out databases to tests. */
export interface TestServer {
  /** A new database, cloned from the migrated template (about 30 ms), or with nothing in it. */
  createDatabase: (options?: { empty?: boolean }) => Promise<string>;
  dropDatabase: (name: string) => Promise<void>;
  /** The connection string of one of its databases. */
  url: (name: string) => string;
  /** Removes all it made. */
  close: () => Promise<void>;
}

const prefix = 'modelbox_test_';
/** First key of the advisory lock that says that a run lives; the second is the run's number. */
const runLock = 0x6d626f78;

/**
 * Serves test databases from an embedded Postgres that is not durable, or from the one at `externalUrl` (its role
 * must be allowed to create databases). Every database carries the run's number, and the run holds an advisory lock
 * by that number: databases of runs whose lock is gone are dropped.
 */
export async function startTestServer(externalUrl?: string): Promise<TestServer> {
  const postgres = externalUrl === undefined ? await startTestPostgres({ durable: false }) : undefined;
  const adminUrl = externalUrl ?? postgres?.connectionString ?? '';
  const pool = new pg.Pool({ connectionString: adminUrl, max: 4 });
  pool.on('error', () => {});
  const run = randomBytes(4).readInt32BE() & 0x7fffffff;
  const alive = await pool.connect();
  await alive.query('SELECT pg_advisory_lock($1, $2)', [runLock, run]);
  if (!postgres) await dropAbandoned(pool);

  const url = (name: string): string => {
    const parsed = new URL(adminUrl);
    parsed.pathname = `/${name}`;
    return parsed.href;
  };
  const templates = new Map<string, Promise<string>>();
  const template = async (): Promise<string> => {
    const migrations = await readMigrations();
    const hash = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 12);
    const name = `${prefix}${run}_template_${hash}`;
    const made = templates.get(name) ?? makeTemplate(pool, name, url(name));
    templates.set(name, made);
    return made;
  };
  const names = new Set<string>();
  const dropDatabase = async (name: string): Promise<void> => {
    if (!names.delete(name)) return;
    await sessionsEnd(pool, name);
    await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };

  return {
    url,
    dropDatabase,
    createDatabase: async ({ empty = false } = {}) => {
      const from = empty ? 'template0' : await template();
      const name = `${prefix}${run}_${randomBytes(6).toString('hex')}`;
      names.add(name);
      await pool.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
      return name;
    },
    close: async () => {
      if (!postgres) {
        for (const name of names) await dropDatabase(name);
        const made = await Promise.allSettled(templates.values());
        for (const result of made) if (result.status === 'fulfilled') await dropTemplate(pool, result.value);
      }
      alive.release(true);
      await pool.end();
      await postgres?.stop();
    },
  };
}

/**
 * Waits a little for sessions that are about to end: `pool.end()` resolves before they are gone, and one that is ended
 * by force meanwhile is an error in the test's process.
 */
async function sessionsEnd(pool: pg.Pool, name: string): Promise<void> {
  for (let waited = 0; waited < 1000; waited += 10) {
    const { rowCount } = await pool.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rowCount === 0) return;
    await sleep(10);
  }
}

async function makeTemplate(pool: pg.Pool, name: string, url: string): Promise<string> {
  await pool.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await migrate({ url });
  // Nobody may stay connected to what is being cloned.
  await pool.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
  return name;
}

async function dropTemplate(pool: pg.Pool, name: string): Promise<void> {
  await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

async function dropAbandoned(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ~ '^${prefix}[0-9]+_'
        AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = $1
                           AND objid = split_part(datname, '_', 3)::bigint::oid)`,
    [runLock],
  );
  for (const { name } of rows) await dropTemplate(pool, name);
}
