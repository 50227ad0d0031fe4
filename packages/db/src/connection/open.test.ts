import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../client.ts';
import { migrate } from '../migrations/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

/** What a database, a role or a shell can have set, and what sessions have instead. */
const hostile = {
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
  transaction_timeout: '1ms',
  client_encoding: 'LATIN1',
};
const expected = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  array_nulls: 'on',
  transform_null_equals: 'off',
  gin_fuzzy_search_limit: '0',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',
  exit_on_error: 'off',
  'plpgsql.extra_errors': 'none',
  search_path: '"public"',
  statement_timeout: '30s',
  lock_timeout: '3s',
  idle_in_transaction_session_timeout: '1min',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  client_encoding: 'UTF8',
  application_name: 'modelbox',
};

let fresh: TestDatabase;
const opened: Database[] = [];
const open = (url: string): Database => {
  const database = openDatabase({ url, poolSize: 4 });
  opened.push(database);
  return database;
};
const withParameter = (name: string, value: string): string => {
  const url = new URL(fresh.url);
  url.searchParams.set(name, value);
  return url.href;
};

beforeAll(async () => {
  fresh = await createTestDatabase();
});
afterAll(async () => {
  for (const { close } of opened) await close();
  vi.unstubAllEnvs();
  await fresh.drop();
});

const show = `SELECT ${Object.keys(expected)
  .map((name) => `current_setting('${name}') AS "${name}"`)
  .join(', ')}`;

/** What every lane and Prisma run under. */
async function settingsOf({ pool, lists, side, prisma }: Database) {
  const byPool = await Promise.all([pool, lists, side].map(async (lane) => (await lane.query(show)).rows[0]));
  const [byPrisma] = await prisma.$queryRawUnsafe<object[]>(show);
  return [...byPool, byPrisma];
}

const ofLists = { ...expected, statement_timeout: '10s', default_transaction_read_only: 'on' };
const everywhere = [expected, ofLists, expected, expected];

test('the settings of the database and of the URL do not reach a session', async () => {
  const { side } = open(fresh.url);
  const name = new URL(fresh.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(hostile)) {
    if (setting === 'client_encoding') continue;
    await side.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  }
  expect(await settingsOf(open(fresh.url))).toEqual(everywhere);
  const options = Object.entries(hostile).map(
    ([setting, value]) => `-c ${setting}=${value.replace(' ', '\\ ')}`,
  );
  expect(await settingsOf(open(withParameter('options', options.join(' '))))).toEqual(everywhere);
});

test('nor do those of the environment', async () => {
  for (const [name, value] of Object.entries({
    PGOPTIONS: '-c datestyle=SQL -c default_transaction_read_only=on -c work_mem=77kB',
    PGTZ: 'Asia/Kolkata',
    PGDATESTYLE: 'SQL, DMY',
    PGSSLMODE: 'require',
    PGSSLNEGOTIATION: 'direct',
    PGAPPNAME: 'other',
    PGCLIENTENCODING: 'LATIN1',
    PGCLIENT_ENCODING: 'LATIN1',
    PGREPLICATION: 'database',
    PGHOST: 'nowhere.invalid',
    PGPORT: '1',
    PGUSER: 'nobody',
    PGPASSWORD: 'wrong',
    PGDATABASE: 'nothing',
    PGCONNECT_TIMEOUT: '1',
  }))
    vi.stubEnv(name, value);
  const database = open(fresh.url);
  expect(await settingsOf(database)).toEqual(everywhere);
  expect((await database.pool.query('SHOW work_mem')).rows).toEqual([{ work_mem: '4MB' }]);
  vi.unstubAllEnvs();
});

test('an option of the URL that is not pinned is honoured', async () => {
  const { pool } = open(withParameter('options', '-c work_mem=77kB'));
  expect((await pool.query('SHOW work_mem')).rows).toEqual([{ work_mem: '77kB' }]);
});

describe('?schema= of the URL', () => {
  test('holds the migrations, and Prisma and statements find them there', async () => {
    const url = withParameter('schema', 'My own schema');
    const applied = await migrate({ url });
    expect(applied.length).toBeGreaterThan(10);
    expect(await migrate({ url })).toEqual([]);
    const { pool, prisma } = open(url);
    expect((await pool.query('SHOW search_path')).rows).toEqual([{ search_path: '"My own schema"' }]);
    await pool.query(`SELECT ensure_namespace('a/b', '{"actor": "x"}'::jsonb, now())`);
    const path = { select: { path: true }, orderBy: { path: 'asc' } } as const;
    expect(await prisma.namespace.findMany(path)).toEqual([{ path: 'a' }, { path: 'a/b' }]);
    expect(await open(fresh.url).prisma.namespace.findMany(path)).toEqual([]);
  });
});
