import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import { Prisma } from './generated/client.ts';
import { fragmentOf, renderSql, runSql, sqlOf, sqlOn, TooManyParameters } from './sql.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const { sql, join } = Prisma;

describe('renderSql', () => {
  it('shares the placeholder of equal values with the same cast, over nested fragments', () => {
    const inner = fragmentOf('a = $1::text AND b = $2::text OR c = $1::text', ['x', 'y']);
    expect(renderSql(sql`SELECT ${'x'}::text WHERE ${inner} AND d = ${'y'}::text`)).toEqual({
      text: 'SELECT $1::text WHERE a = $1::text AND b = $2::text OR c = $1::text AND d = $2::text',
      values: ['x', 'y'],
    });
  });

  it('numbers values with another cast, or without a cast, one by one', () => {
    const statement = sql`${'1'}::text ${'1'}::text[] ${'1'}::textual ${'1'} ${'1'} ${'1'} ::text ${'1'}::text`;
    expect(renderSql(statement)).toEqual({
      text: '$1::text $2::text[] $3::textual $4 $5 $6 ::text $1::text',
      values: ['1', '1', '1', '1', '1', '1'],
    });
  });

  it.each(['timestamp with time zone', 'double precision', 'numeric(3)', 'pg_catalog.text', 'int[3]'])(
    'shares no placeholder of the type %s, which has more than one word',
    (type) => {
      const cast = Prisma.raw(`::${type}`);
      expect(renderSql(sql`${1}${cast}, ${1}${cast}`).text).toBe(`$1::${type}, $2::${type}`);
    },
  );

  it('distinguishes a number, its text and null, and arrays that are not identical', () => {
    const list = ['a'];
    const ints = [1, '1', null, 1, null].map((value) => sql`${value}::int`);
    const lists = [list, ['a'], list].map((value) => sql`${value}::text[]`);
    expect(renderSql(join([...ints, ...lists]))).toEqual({
      text: '$1::int,$2::int,$3::int,$1::int,$3::int,$4::text[],$5::text[],$4::text[]',
      values: [1, '1', null, ['a'], ['a']],
    });
  });

  it('keeps a statement without values', () => {
    expect(renderSql(sql`SELECT 1`)).toEqual({ text: 'SELECT 1', values: [] });
  });
});

describe('runSql', () => {
  let fresh: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    fresh = await createTestDatabase();
    db = openDatabase({ url: fresh.url });
  });
  afterAll(async () => {
    await db.close();
    await fresh.drop();
  });

  const sum = (values: number[]) =>
    sql`SELECT sum(n)::int AS sum FROM unnest(ARRAY[${join(values.map((value) => sql`${value}::int`))}]) AS n`;
  const distinct = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('runs a statement with more places than parameters are allowed, on the pool and in Prisma', async () => {
    const many = sum(Array.from({ length: 70_000 }, (_, index) => index % 2));
    expect(await runSql(sqlOn(db.background), many)).toEqual([{ sum: 35_000 }]);
    expect(await db.prisma.$transaction((tx) => runSql(sqlOf(tx), many))).toEqual([{ sum: 35_000 }]);
  });

  it('runs a statement with 65,535 different values, and refuses one with more', async () => {
    expect(await runSql(sqlOn(db.background), sum(distinct(65_535)))).toEqual([{ sum: 2_147_385_345 }]);
    const tooMany = runSql(sqlOn(db.background), sum(distinct(65_536)));
    await expect(tooMany).rejects.toThrow(TooManyParameters);
    await expect(tooMany).rejects.toThrow('needs 65536 parameters, but Postgres allows 65535');
  });
});
