/**
 * The database cannot be migrated. Either a migration failed without any effect (`cause` is the error of Postgres),
 * or a newer release has migrated the database.
 */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
