import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import { prepared } from './prepared.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let fresh: TestDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await createTestDatabase();
  database = openDatabase({ url: fresh.url, poolSize: 2, applicationName: 'client test' });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

test('Prisma and prepared statements share one pool', async () => {
  const { requests, prisma } = database;
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => (i % 2 ? requests.query('SELECT 1') : prisma.$queryRaw`SELECT 1`)),
  );
  const sessions = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'client test'";
  expect((await requests.query(sessions)).rows).toEqual([{ n: 2 }]);
});

test('a prepared statement is prepared once a connection', async () => {
  const sum = prepared<[a: number, b: number], { sum: number }>('sum', 'SELECT $1::int8 + $2::int8 AS sum');
  const client = await database.requests.connect();
  try {
    expect(await sum(client, 40, 2)).toEqual([{ sum: 42 }]);
    expect(await sum(client, 1, 2)).toEqual([{ sum: 3 }]);
    const kept = "SELECT generic_plans + custom_plans AS uses FROM pg_prepared_statements WHERE name = 'sum'";
    expect((await client.query(kept)).rows).toEqual([{ uses: 2 }]);
  } finally {
    client.release();
  }
});

test('values come out as numbers, dates and JSON', async () => {
  const text = `SELECT 9007199254740991 AS big, '{1,null,3}'::int8[] AS bigs, count(*) AS n, '{"a":[1]}'::jsonb AS json,
                       '2026-01-02T03:04:05.678Z'::timestamptz AS at, 0.5::float8 AS float, 'NaN'::float8 AS nan`;
  expect((await database.requests.query(text)).rows).toEqual([
    {
      big: Number.MAX_SAFE_INTEGER,
      bigs: [1, null, 3],
      n: 1,
      json: { a: [1] },
      at: new Date('2026-01-02T03:04:05.678Z'),
      float: 0.5,
      nan: Number.NaN,
    },
  ]);
});

test('an integer that a number cannot hold is an error, and the connection stays good', async () => {
  const { requests, prisma } = database;
  await expect(requests.query('SELECT 9007199254740992 AS n')).rejects.toThrow(RangeError);
  await expect(requests.query("SELECT '{9007199254740993}'::int8[] AS n")).rejects.toThrow(RangeError);
  expect((await requests.query('SELECT 1::int8 AS n')).rows).toEqual([{ n: 1 }]);
  expect(await prisma.$queryRaw`SELECT 9007199254740993 AS n`).toEqual([{ n: 9007199254740993n }]);
});
