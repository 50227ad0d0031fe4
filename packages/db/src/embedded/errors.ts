/**
 * Why the embedded Postgres did not start:
 * - `unsupported_platform`: no binaries for this system;
 * - `cannot_run_as_root`: we are root, and no way to run Postgres as somebody else works here;
 * - `data_dir_in_use`: another live server holds the data directory;
 * - `data_dir_unusable`: it belongs to another user, or another major version of Postgres wrote it;
 * - `start_failed`: initdb or postgres itself failed; the message ends with what it said.
 */
export type EmbeddedPostgresErrorCode =
  | 'unsupported_platform'
  | 'cannot_run_as_root'
  | 'data_dir_in_use'
  | 'data_dir_unusable'
  | 'start_failed';

/** The embedded Postgres cannot run here. The message is for the operator. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
