/**
 * The database cannot be migrated: a migration failed, and nothing of it was applied (`cause` has the error of Postgres);
 * or a newer release has migrated the database.
 */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
