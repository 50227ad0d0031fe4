import type { Migration } from './files.ts';
import { isReplaced } from './squashed.ts';

/** The state of a database relative to the migrations of this release. Lists have names, oldest first. */
export interface MigrationState {
  /** Whether nothing is pending, so that this release can use the database. */
  current: boolean;
  pending: string[];
  /** Pending migrations whose last attempt failed without any effect. */
  failed: string[];
  /** Applied migrations of a newer release. */
  unknown: string[];
  /** Applied, and replaced by the initial migration of this release. */
  replaced: string[];
  /** Applied migrations whose text differs in this release. */
  edited: string[];
}

/** A `pg` pool or client. */
export interface Queryable {
  query<Row extends object>(text: string): Promise<{ rows: Row[] }>;
}

interface MigrationRow {
  name: string;
  checksum: string;
  finished: boolean;
}

/** Reads the state from the database. Cheap enough for a readiness probe. */
export async function migrationState(
  database: Queryable,
  migrations: readonly Migration[],
): Promise<MigrationState> {
  const table = await database.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  const { rows } = table.rows[0]?.exists
    ? await database.query<MigrationRow>(
        `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
           FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`,
      )
    : { rows: [] };
  const applied = new Map(rows.filter((row) => row.finished).map((row) => [row.name, row.checksum]));
  const known = new Set(migrations.map(({ name }) => name));
  const names = (list: readonly Migration[]) => list.map(({ name }) => name);
  const pending = names(migrations.filter(({ name }) => !applied.has(name)));
  return {
    current: pending.length === 0,
    pending,
    failed: rows.filter((row) => !row.finished).map((row) => row.name),
    unknown: [...applied.keys()].filter((name) => !known.has(name) && !isReplaced(name)),
    replaced: [...applied.keys()].filter(isReplaced),
    edited: names(
      migrations.filter(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum),
    ),
  };
}
