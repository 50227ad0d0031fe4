/**
 * The settings of every session, independent of the URL, the role, the database and the environment. A setting is
 * pinned if another value changes results, durability or time limits. The operator decides settings that only change
 * costs (planner, memory, JIT, `plan_cache_mode`). `docs/database.md` lists the pinned ones.
 *
 * Not pinned, because an ordinary role may not set it: `session_replication_role` (the start checks it) and
 * `lc_messages` (no code reads messages). Not pinned, because no statement depends on it: `row_security`,
 * `xmloption`, `lc_numeric`, `lc_time`, `default_text_search_config`, `backslash_quote`, `default_tablespace`.
 */
export const pinned: Readonly<Record<string, string>> = {
  // Prisma writes and reads times without a zone: in another zone they are stored shifted.
  TimeZone: 'UTC',
  // Prisma and `pg` parse only ISO dates.
  DateStyle: 'ISO, MDY',
  // `sql_standard` reads the signs of intervals differently.
  IntervalStyle: 'postgres',
  // At 0 and below, a float is rounded to 15 digits: 0.30000000000000004 becomes 0.3.
  extra_float_digits: '1',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  // `pg` sends a null in an array as NULL.
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Any other value makes searches of tags and metadata incomplete.
  gin_fuzzy_search_limit: '0',
  // Row locks order our writes. Stricter levels fail writes that wait for a lock.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // An answered write must survive a crash of Postgres. With a synchronous standby, `on` waits for it too.
  synchronous_commit: 'on',
  // A refused statement must not end the session.
  exit_on_error: 'off',
  // Tables need row locks and foreign keys.
  default_table_access_method: 'heap',
  // `all` turns warnings about our functions into errors.
  'plpgsql.extra_errors': 'none',
};

/** Time limits that only newer versions know; set after connecting, if the server has them. */
export const pinnedIfKnown: Readonly<Record<string, string>> = {
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** `search_path` with one schema. `$user` would find a schema that has the role's name. */
export const searchPath = (schema: string): string => `"${schema}"`;
