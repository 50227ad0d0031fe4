export { backupLock } from './backup-lock.ts';
export { batchLoader } from './batch-loader.ts';
export { type Database, type DatabaseOptions, openDatabase } from './client.ts';
export { DatabaseUrlError, databaseAddress } from './connection/address.ts';
export type { SettingsBy } from './connection/open.ts';
export { type BackupSession, openBackupSession } from './embedded/base-backup.ts';
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded/errors.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  runningUrl,
  startEmbeddedPostgres,
} from './embedded/start.ts';
export { hasCluster, unpackCluster } from './embedded/unpack.ts';
export {
  isForeignKeyViolation,
  isLockTimeout,
  isRetryable,
  isStatementTimeout,
  isUnavailable,
  isUniqueViolation,
  type PostgresFailure,
  postgresFailure,
} from './errors.ts';
export * from './generated/client.ts';
export { DeadlineOver, type Lease } from './lease.ts';
export type { Log } from './log.ts';
export { type Lookup, lookup } from './lookup.ts';
export { MigrationError } from './migrations/error.ts';
export { type Migration, readMigrations } from './migrations/files.ts';
export { isSchemaCurrent } from './migrations/functions.ts';
export { type MigrateOptions, migrate } from './migrations/migrate.ts';
export { type MigrationState, migrationState } from './migrations/state.ts';
export { type PreparedStatement, prepared } from './prepared.ts';
export { DatabaseRefusedError, requirePostgres } from './require.ts';
export { retrying } from './retry.ts';
export {
  fragmentOf,
  inTransaction,
  runSql,
  type Sql,
  sqlOf,
  sqlOn,
  TooManyParameters,
  type Tx,
} from './sql.ts';
export { proveWritable } from './writable.ts';
