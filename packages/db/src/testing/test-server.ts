import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { openPool } from '../connection/open.ts';
import { readFunctions, readMigrations } from '../migrations/files.ts';
import { migrate } from '../migrations/migrate.ts';
import { makeHostile } from './hostile.ts';
import { startTestPostgres } from './postgres.ts';

/** A Postgres that creates databases for tests. */
export interface TestServer {
  /**
   * Creates a database, cloned from the migrated template (about 30 ms) or empty. If `hostile`, the database and its
   * owner have settings that sessions must not take over, and a schema has the name of the owner.
   */
  createDatabase: (options?: { empty?: boolean; hostile?: boolean }) => Promise<string>;
  dropDatabase: (name: string) => Promise<void>;
  /** The connection string of a database. */
  url: (name: string) => string;
  /** Removes everything that it created. */
  close: () => Promise<void>;
}

const prefix = 'modelbox_test_';
/** The first key of the advisory lock of a live run. The second is the number of the run. */
const runLock = 0x6d626f78;

/**
 * Serves test databases from an embedded Postgres without durability, or from the one at `externalUrl` (its role must
 * be allowed to create databases). The names of databases contain the number of the run, which holds an advisory
 * lock. Databases of runs without a lock are dropped.
 */
export async function startTestServer(externalUrl?: string): Promise<TestServer> {
  const postgres = externalUrl === undefined ? await startTestPostgres({ durable: false }) : undefined;
  const adminUrl = externalUrl ?? postgres?.connectionString ?? '';
  const pool = openAdmin(adminUrl, 4);
  pool.on('error', () => {});
  const run = randomBytes(4).readInt32BE() & 0x7fffffff;
  const alive = await pool.connect();
  await alive.query('SELECT pg_advisory_lock($1, $2)', [runLock, run]);
  if (!postgres) await dropAbandoned(pool);

  const hostileOwner = `${prefix}${run}_owner`;
  let owner: Promise<void> | undefined;
  const hostileNames = new Set<string>();
  const url = (name: string): string => {
    const parsed = new URL(adminUrl);
    parsed.pathname = `/${name}`;
    if (hostileNames.has(name)) Object.assign(parsed, { username: hostileOwner, password: hostileOwner });
    return parsed.href;
  };
  const templates = new Map<string, Promise<string>>();
  const template = async (): Promise<string> => {
    const schema = await Promise.all([readMigrations(), readFunctions()]);
    const hash = createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 12);
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
    createDatabase: async ({ empty = false, hostile = false } = {}) => {
      const from = empty ? 'template0' : await template();
      const name = `${prefix}${run}_${randomBytes(6).toString('hex')}`;
      names.add(name);
      await pool.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
      if (hostile) {
        owner ??= makeOwner(pool, hostileOwner);
        await owner;
        await makeHostileDatabase(pool, name, url(name), hostileOwner);
        hostileNames.add(name);
      }
      return name;
    },
    close: async () => {
      if (!postgres) {
        for (const name of names) await dropDatabase(name);
        const made = await Promise.allSettled(templates.values());
        for (const result of made) if (result.status === 'fulfilled') await dropTemplate(pool, result.value);
      }
      if (owner && !postgres) await pool.query(`DROP ROLE IF EXISTS ${hostileOwner}`);
      alive.release(true);
      await pool.end();
      await postgres?.stop();
    },
  };
}

/**
 * Waits briefly for sessions to end: `pool.end()` resolves earlier, and a forced end meanwhile is an error in the
 * process of the test.
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
  // A database can be cloned only without connections.
  await pool.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
  return name;
}

const openAdmin = (url: string, max: number): pg.Pool =>
  openPool({
    url,
    max,
    applicationName: 'modelbox test',
    connectionTimeout: 10_000,
    settings: { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 },
  });

/** A role with the rights of the role of other tests. */
async function makeOwner(pool: pg.Pool, role: string): Promise<void> {
  await pool.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${role}'`);
  await pool.query(makeHostile(`ROLE ${role}`).join(';'));
}

/** A schema with the name of the role comes first in the default search path. Clones do not inherit settings. */
async function makeHostileDatabase(pool: pg.Pool, name: string, url: string, role: string): Promise<void> {
  const inside = openAdmin(url, 1);
  await inside.query(`CREATE SCHEMA ${role}; CREATE SCHEMA elsewhere`);
  await inside.end();
  await pool.query(`ALTER DATABASE ${name} OWNER TO ${role}`);
  await pool.query(makeHostile(`DATABASE ${name}`).join(';'));
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
