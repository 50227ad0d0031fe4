import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { databaseAddress } from '../connection/address.ts';
import { openPool, type SettingsBy } from '../connection/open.ts';
import { reasonOf } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { adoptReplaced } from './adopt.ts';
import { openSchemaEngine } from './engine.ts';
import { MigrationError } from './error.ts';
import { type Functions, type Migration, prismaDirectory, readFunctions, readMigrations } from './files.ts';
import { applyFunctions, FunctionError, functionsState } from './functions.ts';
import { newerSchemaMessage, refusedMigrations } from './newer.ts';
import { migrationState } from './state.ts';
import { reportWaits, takeMigrationLock } from './waiting.ts';

/** The database to migrate, and the files. */
export interface MigrateOptions {
  /**
   * The URL of the database. Its role must be allowed to create objects in the schema of the URL, by default
   * `public`.
   */
  url: string;
  /** A folder with `migrations` and `functions`. Default: `prisma` of this repository. */
  directory?: string;
  /**
   * Accepts a database that a newer release has migrated. Default false: only if every unknown migration is
   * expand-only.
   */
  allowNewer?: boolean;
  /** The result of `requirePostgres`. Default `startup`. */
  settingsBy?: SettingsBy;
  log?: Log;
}

/**
 * Applies pending migrations and then changed functions, under the advisory lock. If several servers start together,
 * one migrates; the others wait and find nothing to do. An interrupted attempt had no effect: it is marked as rolled
 * back and repeated.
 * @returns the names of the applied migrations, oldest first.
 * @throws MigrationError
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { url, settingsBy = 'startup', log = silentLog } = options;
  // One connection without idle timeout, because the session has the lock. No statement timeout, because an index
  // takes time.
  const pool = openPool({
    url,
    max: 1,
    idleTimeout: 0,
    connectionTimeout: 10_000,
    applicationName: 'modelbox migrate',
    settingsBy,
    settings: { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 },
  });
  const beside = openPool({
    url,
    max: 1,
    connectionTimeout: 10_000,
    applicationName: 'modelbox migrate',
    settingsBy,
    settings: { statement_timeout: 10_000, lock_timeout: 0, idle_in_transaction_session_timeout: 0 },
  });
  const { schema } = databaseAddress(url);
  // An error of the connection also rejects the query in flight. Without a listener, it would end the process.
  for (const each of [pool, beside]) each.on('error', () => {});
  try {
    await takeMigrationLock(pool, log);
    return await reportWaits(pool, beside, log, () => migrateLocked(pool, schema, options));
  } finally {
    // Behind a pooler, the session and its lock can outlive the connection.
    await pool.query('SELECT pg_advisory_unlock_all()').catch(() => {});
    await Promise.all([pool.end(), beside.end()]);
  }
}

async function migrateLocked(pool: pg.Pool, schema: string, options: MigrateOptions): Promise<string[]> {
  const { directory = prismaDirectory, allowNewer = false, log = silentLog } = options;
  const [migrations, functions] = await Promise.all([readMigrations(directory), readFunctions(directory)]);
  await ensureSchema(pool, schema);
  const before = await adoptReplaced(pool, migrations);
  if (before.edited.length > 0)
    log.warn({ migrations: before.edited }, 'migrations were edited after they ran');
  if (before.unknown.length > 0) {
    if (!allowNewer && refusedMigrations(before.unknown).length > 0)
      throw new MigrationError(newerSchemaMessage(before.unknown));
    log.warn({ migrations: before.unknown }, 'a newer release has migrated this database');
  }
  const isCurrent = before.current && before.failed.length === 0;
  const applied = isCurrent ? [] : await apply(pool, schema, directory, migrations, before.failed);
  await bringFunctions(pool, functions, log);
  return applied;
}

/** Applies the functions of this release, unless a later release has applied its own: those serve this one too. */
async function bringFunctions(pool: pg.Pool, functions: Functions, log: Log): Promise<void> {
  const { current, isNewer, stale } = await functionsState(pool, functions);
  if (isNewer && stale.length > 0)
    log.info({ functions: stale.map(({ name }) => name) }, 'the functions of a newer release stay');
  if (current) return;
  try {
    await applyFunctions(pool, functions, stale);
  } catch (error) {
    if (!(error instanceof FunctionError))
      throw new MigrationError(`The SQL functions could not be applied: ${reasonOf(error)}.`, {
        cause: error,
      });
    const { message, file, cause } = error;
    throw new MigrationError(`${message} could not be applied: ${describe(cause, file.sql)}`, { cause });
  }
}

/**
 * Creates the schema of the URL if it is missing. The statement needs rights even if the schema exists, so it runs
 * only if needed.
 */
async function ensureSchema(pool: pg.Pool, schema: string): Promise<void> {
  const { rowCount } = await pool.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await pool.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
}

async function apply(
  pool: pg.Pool,
  schema: string,
  directory: string,
  migrations: Migration[],
  failed: string[],
): Promise<string[]> {
  let scriptError: unknown;
  const engine = await openSchemaEngine(pool, schema, (error) => {
    scriptError = error;
  });
  try {
    for (const migrationName of failed) await engine.markMigrationRolledBack({ migrationName });
    const migrationsList = engineList(directory, migrations);
    const filters = { externalTables: [], externalEnums: [] };
    return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
  } catch (error) {
    if (scriptError === undefined) {
      throw new MigrationError(`The migrations could not be applied: ${reasonOf(error)}.`, { cause: error });
    }
    const [name] = (await migrationState(pool, migrations).catch(() => undefined))?.pending ?? [];
    const said = describe(scriptError, migrations.find((migration) => migration.name === name)?.sql);
    throw new MigrationError(`The migration ${name ?? ''} failed: ${said}`, { cause: scriptError });
  } finally {
    engine.free();
  }
}

function engineList(directory: string, migrations: Migration[]): MigrationList {
  return {
    baseDir: join(directory, 'migrations'),
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** Adds the line of the script. Postgres counts the position from the start of the script. */
function describe(error: unknown, sql: string | undefined): string {
  if (!(error instanceof pg.DatabaseError)) return String(error);
  const position = Number(error.position ?? Number.NaN);
  const line =
    sql === undefined || Number.isNaN(position) ? '' : ` (line ${sql.slice(0, position).split('\n').length})`;
  return `${error.message}${line}${[error.detail, error.hint].map((more) => (more ? `. ${more}` : '')).join('')}`;
}
