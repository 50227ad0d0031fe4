/**
 * The database cannot be migrated: a migration or the SQL functions failed without any effect (`cause` is the error of
 * Postgres), or a newer release or a development version has migrated the database.
 */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
