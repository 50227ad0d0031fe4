import type pg from 'pg';
import { databaseAddress } from './connection/address.ts';
import { openPool, type SettingsBy } from './connection/open.ts';
import { hasPinnedSettings, movesStatements, refusesStartup } from './connection/pooler.ts';
import { reasonOf } from './errors.ts';
import { isSchemaCurrent } from './migrations/functions.ts';

/** The oldest Postgres that the migrations and statements work on. */
const OLDEST = 15;

/** The Postgres cannot be used. The message is for the operator and never contains the password. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}

/**
 * Checks what no session can set: that Postgres answers and accepts the login, its version, the encoding of the
 * database, that it is a primary, that triggers fire, the rights of the role, and that no pooler moves statements
 * between sessions.
 * @returns how sessions get their settings there.
 * @throws DatabaseRefusedError with one sentence that says what to do.
 */
export async function requirePostgres(url: string): Promise<SettingsBy> {
  const { host } = databaseAddress(url);
  try {
    return (await tryWith(url, 'startup')) ? 'startup' : await bySettingStatements(url);
  } catch (error) {
    if (error instanceof DatabaseRefusedError) throw error;
    throw new DatabaseRefusedError(`The Postgres at ${host} cannot be used: ${reasonOf(error)}.`);
  }
}

async function bySettingStatements(url: string): Promise<SettingsBy> {
  if (await tryWith(url, 'statement')) return 'statement';
  throw new Error('its sessions do not keep their settings');
}

/** Whether sessions get their settings in this way. Rejects a Postgres that cannot be used. */
async function tryWith(url: string, settingsBy: SettingsBy): Promise<boolean> {
  const { host, schema } = databaseAddress(url);
  const pool = openPool({
    url,
    max: 2,
    applicationName: 'modelbox start',
    connectionTimeout: 10_000,
    settingsBy,
    settings: {
      statement_timeout: 10_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
    },
  });
  // The failing query reports the error too. Without a listener, it would end the process.
  pool.on('error', () => {});
  try {
    const wrong = await mistake(pool, schema);
    if (wrong !== undefined) throw new DatabaseRefusedError(`The Postgres at ${host} ${wrong}.`);
    return await hasPinnedSettings(pool, { statement_timeout: '10s' });
  } catch (error) {
    if (settingsBy === 'startup' && refusesStartup(error)) return false;
    throw error;
  } finally {
    await pool.end();
  }
}

/** Describes the fault, as the end of the sentence "The Postgres at host:port …". */
async function mistake(pool: pg.Pool, schema: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ server_version_num: string }>('SHOW server_version_num');
  const version = Number(rows[0]?.server_version_num);
  if (version < OLDEST * 10_000)
    return `has version ${Math.floor(version / 10_000)}; ModelBox needs ${OLDEST} or newer`;
  return (await sessionMistake(pool)) ?? (await databaseMistake(pool)) ?? (await rightsMistake(pool, schema));
}

async function sessionMistake(pool: pg.Pool): Promise<string | undefined> {
  const first = await pool.connect();
  let second: pg.PoolClient | undefined;
  try {
    second = await pool.connect();
    if (!(await movesStatements(first, second))) return undefined;
    return (
      'is behind a pooler in transaction mode, which spreads the statements of one connection over ' +
      'several sessions, so that settings, locks and prepared statements are lost; set pool_mode = ' +
      'session for this database in the pooler, or set DATABASE_URL to Postgres itself'
    );
  } catch (error) {
    if (second !== undefined) throw error;
    return (
      `allows only one connection (${reasonOf(error)}); raise the limit of the role, the database, the ` +
      `server or the pooler to MODELBOX_DATABASE_POOL_SIZE plus two`
    );
  } finally {
    // The pool cannot end before each connection is released.
    second?.release();
    first.release();
  }
}

interface DatabaseFacts {
  database: string;
  encoding: string;
  isStandby: boolean;
  replicationRole: string;
}

async function databaseMistake(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<DatabaseFacts>(
    `SELECT datname AS database, pg_encoding_to_char(encoding) AS encoding, pg_is_in_recovery() AS "isStandby",
            current_setting('session_replication_role') AS "replicationRole"
       FROM pg_database WHERE datname = current_database()`,
  );
  const { database, encoding, isStandby, replicationRole } = rows[0] as DatabaseFacts;
  if (encoding !== 'UTF8')
    return (
      `has the database "${database}" in the encoding ${encoding}, which cannot store every name; create ` +
      `one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`
    );
  if (isStandby) return 'is a standby in recovery, which rejects writes; set DATABASE_URL to the primary';
  if (replicationRole !== 'origin')
    return (
      `has session_replication_role = ${replicationRole} for this role or database, which disables ` +
      `triggers and foreign keys; reset it with ALTER ROLE … RESET session_replication_role, and likewise ` +
      `for the database`
    );
  return undefined;
}

interface Rights {
  role: string;
  database: string;
  canMakeSchema: boolean;
  hasSchema: boolean;
  canUse: boolean;
  canCreate: boolean;
}

async function rightsMistake(pool: pg.Pool, schema: string): Promise<string | undefined> {
  const { rows } = await pool.query<Rights>(
    `SELECT current_user AS role, current_database() AS database,
            has_database_privilege(current_database(), 'CREATE') AS "canMakeSchema", n.oid IS NOT NULL AS "hasSchema",
            coalesce(has_schema_privilege(n.oid, 'USAGE'), false) AS "canUse",
            coalesce(has_schema_privilege(n.oid, 'CREATE'), false) AS "canCreate"
       FROM (SELECT) AS one LEFT JOIN pg_namespace n ON n.nspname = $1`,
    [schema],
  );
  const { role, database, canMakeSchema, hasSchema, canUse, canCreate } = rows[0] as Rights;
  const where = `the schema "${schema}" of the database "${database}"`;
  if (!hasSchema) {
    if (canMakeSchema) return undefined;
    return (
      `has no schema "${schema}" in the database "${database}", and the role "${role}" may not create one; ` +
      `as its owner run: CREATE SCHEMA "${schema}" AUTHORIZATION "${role}"`
    );
  }
  if (!canUse)
    return (
      `does not let the role "${role}" use ${where}; as its owner run: GRANT USAGE, CREATE ON SCHEMA ` +
      `"${schema}" TO "${role}"`
    );
  const owner = await migrationsOwner(pool, schema);
  if (owner?.isReadable === true && (await isCurrentFor(pool, schema)))
    return tablesMistake(pool, schema, role, where);
  if (owner !== undefined && !owner.isMine)
    return (
      `has tables of ModelBox in ${where} that belong to the role "${owner.name}", so that "${role}" ` +
      `cannot migrate them; connect as "${owner.name}", or as that role run: GRANT "${owner.name}" TO ` +
      `"${role}"`
    );
  if (!canCreate)
    return (
      `does not let the role "${role}" create tables in ${where}; as its owner run: GRANT CREATE ON SCHEMA ` +
      `"${schema}" TO "${role}", or set a separate schema by ?schema= in DATABASE_URL`
    );
  return undefined;
}

/**
 * Whether the schema is current. Assumes so if the role may not read the table of the applied functions: the owner can
 * still migrate.
 */
async function isCurrentFor(pool: pg.Pool, schema: string): Promise<boolean> {
  const { rows } = await pool.query<{ isReadable: boolean }>(
    `SELECT has_table_privilege(c.oid, 'SELECT') AS "isReadable" FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = '_applied_functions'`,
    [schema],
  );
  return rows[0]?.isReadable === false || (await isSchemaCurrent(pool));
}

interface Owner {
  name: string;
  isMine: boolean;
  isReadable: boolean;
}

/** The role that owns the tables; undefined before the first migration. */
async function migrationsOwner(pool: pg.Pool, schema: string): Promise<Owner | undefined> {
  const { rows } = await pool.query<Owner>(
    `SELECT pg_get_userbyid(c.relowner) AS name, pg_has_role(c.relowner, 'USAGE') AS "isMine",
            has_table_privilege(c.oid, 'SELECT') AS "isReadable"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = '_prisma_migrations'`,
    [schema],
  );
  return rows[0];
}

/** On a current schema, a role needs only the rights that statements need. */
async function tablesMistake(
  pool: pg.Pool,
  schema: string,
  role: string,
  where: string,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
       JOIN pg_class m ON m.relnamespace = c.relnamespace AND m.relowner = c.relowner
        AND m.relname = '_prisma_migrations'
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND CASE c.relkind
        WHEN 'r' THEN NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                       AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
        WHEN 'v' THEN NOT has_table_privilege(c.oid, 'SELECT')
        WHEN 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE')
        ELSE false END
      ORDER BY c.relname LIMIT 1`,
    [schema],
  );
  const [table] = rows;
  if (table === undefined) return undefined;
  return (
    `does not let the role "${role}" read and write "${table.name}" in ${where}; as its owner run: GRANT ` +
    `SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${role}", and: GRANT USAGE ON ` +
    `ALL SEQUENCES IN SCHEMA "${schema}" TO "${role}"`
  );
}
