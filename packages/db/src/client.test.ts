import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import { prepared } from './prepared.ts';
import { type TestDatabase, createTestDatabase } from './testing/index.ts';

let test_: TestDatabase;
let database: Database;
beforeAll(async () => {
  test_ = await createTestDatabase();
  database = openDatabase({ url: test_.url, poolSize: 4 });
});
afterAll(async () => {
  await database.close();
  await test_.drop();
});

test('prisma and prepared statements work on one pool', async () => {
  const answer = prepared<[a: number, b: number], { sum: number }>(
    'answer',
    'SELECT $1::int8 + $2::int8 AS sum',
  );
  expect(await answer(database.pool, 40, 2)).toEqual([{ sum: 42 }]);
  expect(await database.prisma.$queryRaw`SELECT count(*)::int AS n FROM _prisma_migrations`).not.toEqual([
    { n: 0 },
  ]);
  expect(database.pool.totalCount).toBeGreaterThan(0);
});
