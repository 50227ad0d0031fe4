import { pinned } from '../connection/settings.ts';

/**
 * Possible settings of an operator's Postgres, each with another value than the code relies on. Tests set them on a
 * database and its role. No session may take them over.
 */
export const hostileSettings: Readonly<Record<string, string>> = {
  TimeZone: 'Asia/Kolkata',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  extra_float_digits: '0',
  bytea_output: 'escape',
  array_nulls: 'off',
  transform_null_equals: 'on',
  gin_fuzzy_search_limit: '7',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
  exit_on_error: 'on',
  'plpgsql.extra_errors': 'all',
  search_path: 'elsewhere',
  statement_timeout: '1ms',
  lock_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '1s',
  // A lower value would end the session before it can set its own.
  transaction_timeout: '5s',
};

/** The statements that put the settings on a database or a role. */
export const makeHostile = (what: string): string[] =>
  Object.entries(hostileSettings).map(([name, value]) => `ALTER ${what} SET ${name} = '${value}'`);

/** Variables of a shell that other Postgres programs read. */
export const hostileEnvironment: Readonly<Record<string, string>> = {
  TZ: 'America/St_Johns',
  PGOPTIONS: '-c datestyle=SQL,DMY -c default_transaction_read_only=on',
  PGTZ: 'Asia/Kolkata',
  PGDATESTYLE: 'SQL, DMY',
  PGAPPNAME: 'other',
  PGCLIENTENCODING: 'LATIN1',
  PGCLIENT_ENCODING: 'LATIN1',
  PGHOST: 'nowhere.invalid',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'nothing',
  PGCONNECT_TIMEOUT: '1',
};

/**
 * From now on, this process opens sessions like releases that did not pin the time zone. Returns a function that pins
 * it again: test files share this module.
 */
export function unpinTimeZone(zone: string): () => void {
  const before = { ...pinned };
  Object.assign(pinned, { TimeZone: zone });
  return () => void Object.assign(pinned, before);
}
