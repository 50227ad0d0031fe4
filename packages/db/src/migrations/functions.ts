import type { Pool } from 'pg';
import { inTransaction } from '../sql.ts';
import { type FunctionFile, type Functions, readFunctions, readMigrations } from './files.ts';
import { migrationState, type Queryable } from './state.ts';

/** How the functions of a database stand to those of this release. */
export interface FunctionsState {
  /** Nothing to apply: the database has the functions of this release or of a later one. */
  current: boolean;
  /** A later release has applied its functions. */
  isNewer: boolean;
  /** Files that the database does not have with this text, in the order in which they are applied. */
  stale: FunctionFile[];
}

/** Whether a database needs nothing of this release: neither a migration nor a function. */
export async function isSchemaCurrent(database: Queryable): Promise<boolean> {
  const { pending } = await migrationState(database, await readMigrations());
  return pending.length === 0 && (await functionsState(database, await readFunctions())).current;
}

/** The file that could not be applied; `cause` has the error of Postgres. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly file: FunctionFile;
  constructor(file: FunctionFile, cause: unknown) {
    super(`prisma/functions/${file.name}.sql`, { cause });
    this.file = file;
  }
}

/** Reads the state from the database. */
export async function functionsState(
  database: Queryable,
  { edition, files }: Functions,
): Promise<FunctionsState> {
  const table = await database.query<{ exists: boolean }>(
    "SELECT to_regclass('_applied_functions') IS NOT NULL AS exists",
  );
  const { rows } = table.rows[0]?.exists
    ? await database.query<{ edition: number; hashes: Record<string, string> }>(
        'SELECT edition, hashes FROM _applied_functions',
      )
    : { rows: [] };
  const applied = rows[0] ?? { edition: 0, hashes: {} };
  const stale = files.filter(({ name, hash }) => applied.hashes[name] !== hash);
  const isNewer = applied.edition > edition;
  return { current: isNewer || (applied.edition === edition && stale.length === 0), isNewer, stale };
}

/**
 * Applies the stale files and records all hashes in one transaction, so that an interrupted start leaves every
 * function unchanged. Replacing a trigger locks its table and can lose a deadlock against writers, so the transaction
 * is retried.
 * @param pool with the connection that has the migration lock.
 * @throws FunctionError
 */
export function applyFunctions(
  pool: Pool,
  { edition, files }: Functions,
  stale: readonly FunctionFile[],
): Promise<void> {
  return inTransaction(pool, async (client) => {
    // A function may call one that comes later. A test creates every function with the check.
    await client.query('SET LOCAL check_function_bodies = off');
    for (const file of stale) {
      await client.query(file.sql).catch((error: unknown) => {
        throw new FunctionError(file, error);
      });
    }
    await client.query(makeTable);
    await client.query(
      `INSERT INTO _applied_functions (edition, hashes) VALUES ($1, $2)
       ON CONFLICT (is_only) DO UPDATE SET edition = EXCLUDED.edition, hashes = EXCLUDED.hashes`,
      [edition, Object.fromEntries(files.map(({ name, hash }) => [name, hash]))],
    );
  });
}

/** The migrator makes this table, as it makes that of the migrations. */
const makeTable = `
  CREATE TABLE IF NOT EXISTS _applied_functions (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    edition integer NOT NULL,
    hashes  jsonb NOT NULL
  )`;
