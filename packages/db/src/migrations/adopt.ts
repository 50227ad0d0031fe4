import { MigrationError } from './error.ts';
import type { Migration } from './files.ts';
import { initial, replaced } from './squashed.ts';
import { type MigrationState, migrationState, type Queryable } from './state.ts';

/**
 * Notes the initial migration as applied in a database that has all the migrations that it replaces.
 * @returns the state after that.
 * @throws MigrationError if the database has only some of them.
 */
export async function adoptReplaced(
  database: Queryable,
  migrations: readonly Migration[],
): Promise<MigrationState> {
  const state = await migrationState(database, migrations);
  const migration = migrations.find(({ name }) => name === initial);
  if (migration === undefined || !state.pending.includes(initial) || state.replaced.length === 0)
    return state;
  if (state.replaced.length < replaced.length)
    throw new MigrationError(
      `A development version of ModelBox from before the first release made this database, and this release cannot ` +
        `migrate it: ${replaced.length - state.replaced.length} migrations of that time are missing. Start with an ` +
        `empty database or another data folder.`,
    );
  await database.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES (gen_random_uuid(), '${migration.checksum}', now(), '${initial}', now(), 1)`,
  );
  return migrationState(database, migrations);
}
