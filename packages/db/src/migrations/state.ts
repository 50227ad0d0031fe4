import type { Migration } from './files.ts';
import { isReplaced } from './squashed.ts';

/** How a database stands to the migrations of this release. All lists hold names, oldest first. */
export interface MigrationState {
  /** Nothing pending: this release can work on the database. */
  current: boolean;
  pending: string[];
  /** Pending, and the last attempt did not finish; nothing of it was applied. */
  failed: string[];
  /** Applied, but not of this release: a newer one has been here. */
  unknown: string[];
  /** Applied, and replaced by the initial migration of this release. */
  replaced: string[];
  /** Applied with another text than this release has. */
  edited: string[];
}

/** What runs a query: a `pg` pool or client. */
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
