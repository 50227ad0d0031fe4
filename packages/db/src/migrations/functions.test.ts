import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { prismaDirectory, readFunctions, readMigrations } from './files.ts';
import { functionsState } from './functions.ts';
import { migrate } from './migrate.ts';
import { initial, replaced } from './squashed.ts';
import { migrationState } from './state.ts';

let database: TestDatabase;
let pool: pg.Pool;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = new pg.Pool({ connectionString: database.url });
  directory = mkdtempSync(join(tmpdir(), 'modelbox-functions-'));
  mkdirSync(join(directory, 'migrations/20260101000000_first'), { recursive: true });
  mkdirSync(join(directory, 'functions'));
  writeFileSync(join(directory, 'migrations/20260101000000_first/migration.sql'), 'CREATE TABLE a (n int)');
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

/** Writes the functions of a release. */
function release(edition: number, files: Record<string, string>): void {
  rmSync(join(directory, 'functions'), { recursive: true });
  mkdirSync(join(directory, 'functions'));
  writeFileSync(join(directory, 'functions/edition.json'), JSON.stringify({ edition }));
  for (const [name, sql] of Object.entries(files))
    writeFileSync(join(directory, 'functions', `${name}.sql`), sql);
}

const fn = (name: string, body: string) =>
  `CREATE OR REPLACE FUNCTION ${name}() RETURNS int LANGUAGE sql AS $$ SELECT ${body} $$;`;
const run = () => migrate({ url: database.url, directory });
const call = async (name: string) => (await pool.query(`SELECT ${name}() AS n`)).rows[0].n;

/** Every function, trigger, view and rule, as Postgres has it. */
async function definitions(client: pg.PoolClient): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    SELECT oid::regprocedure::text AS name, pg_get_functiondef(oid) AS definition
    FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT tgname || ' on ' || tgrelid::regclass, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT oid::regclass::text, pg_get_viewdef(oid)
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v'
    UNION ALL SELECT rulename || ' on ' || r.ev_class::regclass, pg_get_ruledef(r.oid)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = current_schema()::regnamespace
    ORDER BY 1`);
  return Object.fromEntries(rows.map(({ name, definition }) => [name, definition]));
}

describe('prisma/functions', () => {
  test('has the text of every function, trigger, view and rule of a database', async () => {
    await migrate({ url: database.url });
    const client = await pool.connect();
    await client.query('BEGIN');
    const before = await definitions(client);
    await client.query(`DO $$
      DECLARE
        v_each text;
      BEGIN
        FOR v_each IN SELECT format('DROP VIEW %s CASCADE', oid::regclass) FROM pg_class
                      WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v'
                      UNION ALL SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc
                      WHERE pronamespace = current_schema()::regnamespace LOOP
          EXECUTE v_each;
        END LOOP;
      END
      $$`);
    expect(await definitions(client)).toEqual({});
    const { files } = await readFunctions();
    // First without the check of bodies, which may name later functions, then with it.
    for (const check of ['off', 'on']) {
      await client.query(`SET check_function_bodies = ${check}`);
      for (const { sql } of files) await client.query(sql);
    }
    expect(await definitions(client)).toEqual(before);
    expect(Object.keys(before).length).toBeGreaterThan(files.length);
    await client.query('ROLLBACK');
    client.release();
  });

  test('has one file for each name, and only statements that replace', async () => {
    for (const { name, sql } of (await readFunctions()).files) {
      const statements = sql
        .replaceAll(/\$\$[\s\S]*?\$\$|--.*$/gm, '')
        .split(/;\s*/)
        .filter(Boolean);
      for (const statement of statements)
        expect(statement.trim(), name).toMatch(/^CREATE OR REPLACE (?:FUNCTION|VIEW|TRIGGER|RULE)\s/);
      const named = [...sql.matchAll(/^CREATE OR REPLACE (?:FUNCTION|VIEW) (\w+)/gm)].map(([, each]) => each);
      expect(new Set(named), name).toEqual(new Set([name]));
    }
  });
});

test('is_at_or_below knows a namespace and what lies below it, whatever the collation of the database', async () => {
  await migrate({ url: database.url });
  const paths = [
    'a',
    'a/b',
    'a/b/c',
    'a-',
    'a-/b',
    'a0',
    'a/',
    'A/b',
    'a/ä',
    'aä/b',
    'b',
    'a%',
    'a_/b',
    'a/\u{10ffff}',
  ];
  const { rows } = await pool.query(
    `SELECT path, root FROM unnest($1::text[]) AS path, unnest($1::text[]) AS root WHERE is_at_or_below(path, root)`,
    [paths],
  );
  const expected = paths.flatMap((path) =>
    paths.flatMap((root) =>
      path === root || (path.startsWith(`${root}/`) && path !== `${root}/`) ? [{ path, root }] : [],
    ),
  );
  expect(rows).toEqual(expect.arrayContaining(expected));
  expect(rows).toHaveLength(expected.length);
});

test('owned_objects reads one row by its primary key, and only from the table of the kind', async () => {
  await migrate({ url: database.url });
  const client = await pool.connect();
  await client.query('SET plan_cache_mode = force_generic_plan');
  await client.query('SET enable_seqscan = off');
  const plan = async (where: string) => {
    const { rows } = await client.query(
      `EXPLAIN (COSTS OFF) SELECT o.id FROM files f, LATERAL (
         SELECT w.id FROM owned_objects w WHERE ${where} AND w.id = f.object_id OFFSET 0) AS o`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const constant = await plan("w.kind = 'version'");
  expect(constant).toMatch(/using versions_pkey/);
  expect(constant).not.toMatch(/models|experiments|checkpoints/);
  const variable = await plan('w.kind = f.object_kind');
  expect(variable.match(/One-Time Filter/g)).toHaveLength(4);
  expect(variable.match(/using (?:models|versions|experiments|checkpoints)_pkey/g)).toHaveLength(4);
  client.release();
});

test('a function may call one that comes later, and a view comes after all functions', async () => {
  release(1, {
    a_view: 'CREATE OR REPLACE VIEW a_view AS SELECT first() AS n',
    first: fn('first', 'last()'),
  });
  writeFileSync(join(directory, 'functions/last.sql'), fn('last', '7'));
  await run();
  expect((await pool.query('SELECT n FROM a_view')).rows).toEqual([{ n: 7 }]);
});

test('a start replaces the functions whose text changed, and no other', async () => {
  release(1, { same: fn('same', '1'), other: fn('other', '1') });
  await run();
  // By hand, to see that the file of `same` does not run again.
  await pool.query(fn('same', '10'));
  release(2, { same: fn('same', '1'), other: fn('other', '2') });
  expect(await run()).toEqual([]);
  expect([await call('same'), await call('other')]).toEqual([10, 2]);
});

test('an older server leaves the functions of a newer one, also if it starts at the same time', async () => {
  release(1, { f: fn('f', '1') });
  const older = mkdtempSync(join(tmpdir(), 'modelbox-functions-'));
  cpSync(directory, older, { recursive: true });
  release(2, { f: fn('f', '2') });
  const start = (from: string) => migrate({ url: database.url, directory: from });
  await Promise.all([start(older), start(directory), start(older), start(directory)]);
  expect(await call('f')).toBe(2);
  const told: object[] = [];
  const log = { info: (details: object) => told.push(details), warn: () => {}, error: () => {} };
  await migrate({ url: database.url, directory: older, log });
  expect(await call('f')).toBe(2);
  expect(told).toEqual([{ functions: ['f'] }]);
  rmSync(older, { recursive: true });
});

test('a start that ends between migrations and functions is made good by the next one', async () => {
  release(1, { f: fn('f', '1') });
  // `prisma migrate deploy` leaves the same state.
  release(1, { f: 'not SQL' });
  await expect(run()).rejects.toThrow('f.sql');
  expect(await migrationState(pool, await readMigrations(directory))).toMatchObject({ current: true });
  expect(await functionsState(pool, await readFunctions(directory))).toMatchObject({ current: false });
  release(1, { f: fn('f', '1') });
  expect(await run()).toEqual([]);
  expect(await call('f')).toBe(1);
  expect(await functionsState(pool, await readFunctions(directory))).toMatchObject({ current: true });
});

test('an error names the file and the line, and leaves every function as it was', async () => {
  release(1, { a: fn('a', '1'), b: fn('b', '1') });
  await run();
  release(2, { a: fn('a', '2'), b: `-- b\n${fn('b', '2').replace('RETURNS int', 'RETURNS bigint')}` });
  await expect(run()).rejects.toMatchObject({
    name: 'MigrationError',
    message: expect.stringMatching(
      /^prisma\/functions\/b\.sql could not be applied: cannot change return type.*DROP FUNCTION b\(\) first\.$/,
    ),
  });
  expect([await call('a'), await call('b')]).toEqual([1, 1]);
});

describe('a database of the development before the initial migration', () => {
  /** Has the tables of that time, and the rows of the migrations that made them. */
  async function makeOld(names: readonly string[]): Promise<void> {
    cpSync(join(prismaDirectory, 'migrations', initial), join(directory, 'migrations', initial), {
      recursive: true,
    });
    release(0, {});
    await run();
    await pool.query('TRUNCATE _prisma_migrations');
    for (const name of names) {
      await pool.query(
        `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
         VALUES (gen_random_uuid(), '', now(), $1, now(), 1)`,
        [name],
      );
    }
  }

  test('is adopted if it has all migrations of that time, and takes later ones', async () => {
    await makeOld(replaced);
    const migrations = await readMigrations();
    const later = migrations.map(({ name }) => name).filter((name) => name !== initial);
    expect(await migrate({ url: database.url })).toEqual(later);
    expect(await migrationState(pool, migrations)).toMatchObject({ current: true, unknown: [], edited: [] });
    expect(await functionsState(pool, await readFunctions())).toMatchObject({ current: true });
    rmSync(directory, { recursive: true });
    cpSync(prismaDirectory, directory, { recursive: true });
    mkdirSync(join(directory, 'migrations/99990101000000_later'));
    writeFileSync(join(directory, 'migrations/99990101000000_later/migration.sql'), 'CREATE TABLE later ()');
    expect(await run()).toEqual(['99990101000000_later']);
  });

  test('is refused in one sentence if migrations of that time are missing', async () => {
    await makeOld(replaced.slice(0, -2));
    await expect(migrate({ url: database.url })).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(
        /development version.*2 migrations.*empty database or another data folder\.$/,
      ),
    });
    const state = await migrationState(pool, await readMigrations());
    expect(state.pending).toContain(initial);
  });
});
