import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../client.ts';
import { readMigrations } from '../migrations/files.ts';
import { migrate } from '../migrations/migrate.ts';
import { hostileEnvironment, hostileSettings, makeHostile } from '../testing/hostile.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { pinned, pinnedIfKnown } from './settings.ts';

/** The pinned values that replace hostile settings. */
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

/** The settings of every pool and of Prisma. */
async function settingsOf({ requests, lists, background, prisma }: Database) {
  const byPool = await Promise.all(
    [requests, lists, background].map(async (pool) => (await pool.query(show)).rows[0]),
  );
  const [byPrisma] = await prisma.$queryRawUnsafe<object[]>(show);
  return [...byPool, byPrisma];
}

const ofLists = { ...expected, statement_timeout: '10s', default_transaction_read_only: 'on' };
const everywhere = [expected, ofLists, expected, expected];

test('the settings of the database and of the URL do not reach a session', async () => {
  const name = new URL(fresh.url).pathname.slice(1);
  await open(fresh.url).background.query(makeHostile(`DATABASE ${name}`).join(';'));
  expect(await settingsOf(open(fresh.url))).toEqual(everywhere);
  const options = Object.entries(hostileSettings).map(
    ([setting, value]) => `-c ${setting}=${value.replace(' ', '\\ ')}`,
  );
  expect(await settingsOf(open(withParameter('options', options.join(' '))))).toEqual(everywhere);
});

test('nor do those of the environment', async () => {
  const transport = { PGSSLMODE: 'require', PGSSLNEGOTIATION: 'direct', PGREPLICATION: 'database' };
  for (const [name, value] of Object.entries({ ...hostileEnvironment, ...transport }))
    vi.stubEnv(name, value);
  expect(await settingsOf(open(withParameter('sslmode', 'disable')))).toEqual(everywhere);
  vi.unstubAllEnvs();
});

test('an option of the URL that is not pinned is honoured', async () => {
  const { requests } = open(withParameter('options', '-c work_mem=77kB'));
  expect((await requests.query('SHOW work_mem')).rows).toEqual([{ work_mem: '77kB' }]);
});

describe('?schema= of the URL', () => {
  test('holds the migrations, and Prisma and statements find them there', async () => {
    const url = withParameter('schema', 'My own schema');
    const applied = await migrate({ url });
    expect(applied).toEqual((await readMigrations()).map(({ name }) => name));
    expect(await migrate({ url })).toEqual([]);
    const { requests, prisma } = open(url);
    expect((await requests.query('SHOW search_path')).rows).toEqual([{ search_path: '"My own schema"' }]);
    await requests.query(`SELECT ensure_namespace('a/b', '{"actor": "x"}'::jsonb, now())`);
    const path = { select: { path: true }, orderBy: { path: 'asc' } } as const;
    expect(await prisma.namespace.findMany(path)).toEqual([{ path: 'a' }, { path: 'a/b' }]);
    expect(await open(fresh.url).prisma.namespace.findMany(path)).toEqual([]);
  });
});

test('docs/database.md lists every setting', () => {
  const page = readFileSync(new URL('../../../../docs/database.md', import.meta.url), 'utf8');
  const names = [...Object.keys(pinned), ...Object.keys(pinnedIfKnown)];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
