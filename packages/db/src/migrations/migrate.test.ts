import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../client.ts';
import { Prisma } from '../generated/client.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { readMigrations } from './files.ts';
import { migrate } from './migrate.ts';
import { migrationState } from './state.ts';

let database: TestDatabase;
let pool: pg.Pool;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = new pg.Pool({ connectionString: database.url });
  directory = mkdtempSync(join(tmpdir(), 'modelbox-migrations-'));
  mkdirSync(join(directory, 'functions'));
  writeFileSync(join(directory, 'functions/edition.json'), '{ "edition": 0 }');
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

function write(name: string, sql: string): void {
  mkdirSync(join(directory, 'migrations', name), { recursive: true });
  writeFileSync(join(directory, 'migrations', name, 'migration.sql'), sql);
}

const state = async () => migrationState(pool, await readMigrations(directory));
const run = () => migrate({ url: database.url, directory });
const rows = async () =>
  (
    await pool.query(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back
         FROM _prisma_migrations ORDER BY started_at`,
    )
  ).rows;

const first = '20260101000000_first';
const second = '20260102000000_second';
const withFunction = `
  CREATE TABLE a (id int);
  CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $body$
    DECLARE text_with text := 'a;b'; -- a semicolon; in a comment
    BEGIN
      n := n * 2;
      RETURN n;
    END;
  $body$;
  INSERT INTO a VALUES (1) -- no semicolon at the end`;

describe('this repository’s migrations', () => {
  test('apply to an empty database, once', async () => {
    const migrations = await readMigrations();
    const names = migrations.map(({ name }) => name);
    expect(await migrationState(pool, migrations)).toMatchObject({ current: false, pending: names });
    expect(await migrate({ url: database.url })).toEqual(names);
    expect(await migrate({ url: database.url })).toEqual([]);
    expect(await migrationState(pool, migrations)).toEqual({
      current: true,
      pending: [],
      failed: [],
      unknown: [],
      replaced: [],
      edited: [],
    });
  });

  test('give every database an id of its own, and one', async () => {
    await migrate({ url: database.url });
    const insert = pool.query('INSERT INTO database_identity DEFAULT VALUES');
    await expect(insert).rejects.toMatchObject({ code: '23505' });
    const other = await createTestDatabase({ empty: true });
    await migrate({ url: other.url });
    const there = new pg.Pool({ connectionString: other.url });
    const ids = await Promise.all(
      [pool, there].map(async (each) => (await each.query('SELECT id FROM database_identity')).rows[0].id),
    );
    expect(new Set(ids).size).toBe(2);
    await there.end();
    await other.drop();
  });

  test('still serve a server that passes whole hashes of idempotency keys', async () => {
    await migrate({ url: database.url });
    const claim = async (key: string) => {
      const text =
        `SELECT claim_idempotency_key(sha256($1::bytea), sha256('body'), now(), 201, 'model', uuid_nil())` +
        ' AS is_new';
      return (await pool.query(text, [key])).rows[0].is_new;
    };
    expect([await claim('a'), await claim('b'), await claim('a')]).toEqual([true, true, false]);
    expect((await pool.query('SELECT * FROM idempotency_keys')).rows).toEqual([]);
    await pool.query(
      `DELETE FROM idempotency_keys WHERE scope IN (SELECT scope FROM idempotency_keys LIMIT 10)`,
    );
    const { rows } = await pool.query(
      `SELECT claim_idempotency_key(encode(substring(sha256('a') FOR 16), 'hex')::uuid, 0, now()) AS is_new`,
    );
    expect(rows).toEqual([{ is_new: false }]);
    const stored = await pool.query(
      `SELECT status, object_kind AS kind,
              body_hash = ('x' || left(encode(sha256('body'), 'hex'), 16))::bit(64)::bigint AS same
       FROM idempotency_receipts`,
    );
    expect(stored.rows).toEqual(Array(2).fill({ status: 201, kind: 'model', same: true }));
  });

  test('make every table and column that the Prisma schema names', async () => {
    await migrate({ url: database.url });
    const { prisma, close } = openDatabase({ url: database.url, poolSize: 2 });
    for (const model of Object.values(Prisma.ModelName)) {
      const delegate = prisma[(model[0]?.toLowerCase() + model.slice(1)) as 'model'];
      await delegate.findFirst();
    }
    await close();
  });
});

test('a script runs whole: function bodies, comments, many statements', async () => {
  write(first, withFunction);
  expect(await run()).toEqual([first]);
  expect((await pool.query('SELECT twice(id) AS n FROM a')).rows).toEqual([{ n: 2 }]);
  expect(await rows()).toEqual([{ name: first, finished: true, rolled_back: false }]);
});

test('servers that start together migrate once', async () => {
  write(first, withFunction);
  write(second, 'SELECT pg_sleep(0.2); CREATE TABLE b (id int)');
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.flat().toSorted()).toEqual([first, second]);
  expect(await rows()).toHaveLength(2);
});

describe('a migration that waits says for whom', () => {
  /** Migrates until the log matches; `release` then lets the migration go on. */
  async function migrateUntil(words: string, release: () => Promise<unknown>): Promise<object[]> {
    const { promise: told, resolve } = Promise.withResolvers<object>();
    const note = (details: object, message: string) => {
      if (message.includes(words)) resolve(details);
    };
    const log = { info: note, warn: note, error: note };
    const migrating = migrate({ url: database.url, directory, log });
    const { waitsFor } = (await told) as { waitsFor: object[] };
    await release();
    expect(await migrating).toHaveLength(1);
    return waitsFor;
  }

  test('another migrator', async () => {
    write(first, 'CREATE TABLE a (id int)');
    const other = await pool.connect();
    await other.query("SET application_name = 'other'; SELECT pg_advisory_lock(72707369)");
    const waitsFor = await migrateUntil('waiting for another server', () =>
      other.query('SELECT pg_advisory_unlock(72707369)'),
    );
    expect(waitsFor).toEqual([expect.objectContaining({ application: 'other' })]);
    other.release();
  });

  test('a transaction that has locked a table', async () => {
    write(first, 'CREATE TABLE a (id int)');
    await run();
    write(second, 'ALTER TABLE a ADD COLUMN b int');
    const other = await pool.connect();
    await other.query("SET application_name = 'other'; BEGIN; LOCK TABLE a");
    const waitsFor = await migrateUntil('waits for locks', () => other.query('ROLLBACK'));
    expect(waitsFor).toEqual([
      expect.objectContaining({ application: 'other', state: 'idle in transaction' }),
    ]);
    other.release();
  });
});

test('a failed migration applies nothing, says where, and is made again once it is mended', async () => {
  write(first, 'CREATE TABLE a (id int)');
  write(second, 'CREATE TABLE b (id int);\nCREATE TABLE c (id int);\nINSERT INTO c (ix) VALUES (1);');
  await expect(run()).rejects.toMatchObject({
    name: 'MigrationError',
    message: expect.stringMatching(/^The migration 20260102000000_second failed: column "ix".*\(line 3\)/),
    cause: { code: '42703' },
  });
  expect(await state()).toMatchObject({ current: false, pending: [second], failed: [second] });
  expect((await pool.query("SELECT to_regclass('a') AS a, to_regclass('b') AS b")).rows).toEqual([
    { a: 'a', b: null },
  ]);

  write(second, 'CREATE TABLE b (id int)');
  expect(await run()).toEqual([second]);
  expect(await state()).toMatchObject({ current: true, failed: [] });
  expect(await rows()).toEqual([
    { name: first, finished: true, rolled_back: false },
    { name: second, finished: false, rolled_back: true },
    { name: second, finished: true, rolled_back: false },
  ]);
});

test('a migration whose session is ended in the middle is made again', async () => {
  write(first, 'CREATE TABLE a (id int); SELECT pg_sleep(20);');
  const running = run().catch((error: unknown) => error);
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%pg_sleep(20);%' AND pid <> pg_backend_pid()`;
  while ((await pool.query(end)).rowCount === 0) await sleep(20);
  expect(await running).toBeInstanceOf(Error);
  expect(await state()).toMatchObject({ current: false, failed: [first] });

  write(first, 'CREATE TABLE a (id int)');
  expect(await run()).toEqual([first]);
});

test('an edited migration is reported, and stops nothing', async () => {
  write(first, 'CREATE TABLE a (id int)');
  await run();
  write(first, 'CREATE TABLE a (id bigint)');
  const warned: string[] = [];
  const log = { info: () => {}, warn: (_: object, words: string) => warned.push(words), error: () => {} };
  expect(await migrate({ url: database.url, directory, log })).toEqual([]);
  expect(warned).toEqual(['migrations were edited after they ran']);
  expect(await state()).toMatchObject({ current: true, edited: [first] });
});

describe('a database that a newer release has migrated', () => {
  const expand = '20260103000000_expand_more';
  const contract = '20260104000000_contract_more';

  /** Applies the newer migrations, then forgets them, like the older release. */
  async function applyNewer(...newer: string[]): Promise<void> {
    write(first, 'CREATE TABLE a (id int)');
    for (const [index, name] of newer.entries()) write(name, `CREATE TABLE newer_${index} (id int)`);
    await run();
    for (const name of newer) rmSync(join(directory, 'migrations', name), { recursive: true });
  }

  test('is refused in one sentence that names each unknown migration and what to do', async () => {
    await applyNewer(second, expand, contract);
    await expect(run()).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(
        new RegExp(
          `^[^.]*3 migrations ${second}, ${expand}, ${contract}: [^.]*MODELBOX_ALLOW_NEWER_SCHEMA=true[^.]*\\.$`,
        ),
      ),
    });
    expect(await state()).toMatchObject({ current: true, unknown: [second, expand, contract] });
  });

  test.each([second, contract])('is refused because of %s alone', async (name) => {
    await applyNewer(name);
    await expect(run()).rejects.toThrow(`the migration ${name}: `);
  });

  test('is accepted with a warning if the operator allows it', async () => {
    await applyNewer(contract);
    const warned: object[] = [];
    const log = { info: () => {}, warn: (details: object) => warned.push(details), error: () => {} };
    expect(await migrate({ url: database.url, directory, allowNewer: true, log })).toEqual([]);
    expect(warned).toEqual([{ migrations: [contract] }]);
  });

  test('is accepted if every unknown migration is expand-only', async () => {
    await applyNewer(expand);
    expect(await run()).toEqual([]);
  });
});
