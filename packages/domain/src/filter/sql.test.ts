import { openDatabase } from '@modelbox/db';
import { createTestDatabase } from '@modelbox/db/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Filter } from './ast.ts';
import { CursorError } from './error.ts';
import { evaluateFilter } from './evaluate.ts';
import { formatFilter, formatOrderBy } from './format.ts';
import { compileKeyset } from './keyset.ts';
import { parseOrderBy } from './order.ts';
import { compareByOrder } from './order-compare.ts';
import { compileOrderBy } from './order-sql.ts';
import type { Sql } from './params.ts';
import { parseFilter } from './parser.ts';
import type { SqlMetric, SqlSchema } from './schema.ts';
import { compileFilter } from './sql.ts';
import { condition, object, orderTerms, type TestObject, testSchema } from './testing/arbitraries.ts';

const TABLES = `
  CREATE TABLE things (
    id uuid PRIMARY KEY, name text, title text NOT NULL, created timestamptz NOT NULL, ended timestamptz,
    n double precision, step bigint, held boolean, parent uuid, word text,
    tags text[] NOT NULL, metadata jsonb NOT NULL
  );
  CREATE TABLE names (owner uuid NOT NULL, name text NOT NULL);
  CREATE TABLE latest (owner uuid NOT NULL, dataset text, key text NOT NULL, value double precision NOT NULL);
  CREATE INDEX things_metadata ON things USING gin (metadata jsonb_path_ops);
  CREATE INDEX things_tags ON things USING gin (tags);
  CREATE INDEX things_created ON things (created, id);
  CREATE INDEX things_title ON things (title COLLATE "C", id);
`;

const from = (key: string, dataset: string | null): string =>
  `FROM latest m WHERE m.owner = t.id AND m.key = ${key} AND m.dataset IS NOT DISTINCT FROM ${dataset ?? 'NULL'}`;
const value: SqlMetric['value'] = (key, dataset) => `SELECT m.value ${from(key, dataset)}`;
const exists: NonNullable<SqlMetric['exists']> = (key, dataset, test) =>
  `EXISTS (SELECT 1 ${from(key, dataset)} AND ${test('m.value')})`;

const schemaOf = (metric: SqlMetric): SqlSchema => ({
  fields: {
    id: { ...testSchema.fields.id, sql: 't.id' },
    name: { ...testSchema.fields.name, sql: 't.name' },
    title: { ...testSchema.fields.title, sql: 't.title' },
    createdAt: { ...testSchema.fields.createdAt, sql: 't.created' },
    endedAt: { ...testSchema.fields.endedAt, sql: 't.ended' },
    n: { ...testSchema.fields.n, sql: 't.n' },
    step: { ...testSchema.fields.step, sql: 't.step' },
    held: { ...testSchema.fields.held, sql: 't.held' },
    parent: { ...testSchema.fields.parent, sql: 't.parent' },
    in: { ...testSchema.fields.in, sql: 't.word' },
  },
  tags: { contains: (word) => `t.tags @> ARRAY[${word}]`, empty: `t.tags = '{}'` },
  aliases: {
    contains: (word) => `EXISTS (SELECT 1 FROM names a WHERE a.owner = t.id AND a.name = ${word})`,
    empty: 'NOT EXISTS (SELECT 1 FROM names a WHERE a.owner = t.id)',
  },
  metadata: 't.metadata',
  metric,
});
const schema = schemaOf({ value });
const semiJoins = schemaOf({ value, exists });

let test: Awaited<ReturnType<typeof createTestDatabase>>;
let database: ReturnType<typeof openDatabase>;

beforeAll(async () => {
  test = await createTestDatabase({ empty: true });
  database = openDatabase({ url: test.url, poolSize: 2 });
  await database.requests.query(TABLES);
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

const objects = (maxLength: number): fc.Arbitrary<TestObject[]> =>
  fc.array(object, { minLength: 1, maxLength, size: 'max' }).map((all) =>
    all.map((one, i) => {
      const id = `018f0000-0000-7000-8000-${String((i * 7919) % 100_003).padStart(12, '0')}`;
      return { ...one, fields: { ...one.fields, id } };
    }),
  );

async function store(all: readonly TestObject[]): Promise<void> {
  const { requests } = database;
  await requests.query('TRUNCATE things, names, latest');
  const rows = all.map(({ fields, tags, metadata }) => ({
    ...fields,
    created: fields.createdAt,
    ended: fields.endedAt,
    word: fields.in,
    tags,
    metadata,
  }));
  await requests.query('INSERT INTO things SELECT * FROM jsonb_populate_recordset(NULL::things, $1::jsonb)', [
    JSON.stringify(rows),
  ]);
  const names = all.flatMap(({ fields, aliases }) => aliases.map((name) => ({ owner: fields.id, name })));
  await requests.query('INSERT INTO names SELECT * FROM jsonb_populate_recordset(NULL::names, $1::jsonb)', [
    JSON.stringify(names),
  ]);
  const latest = all.flatMap(({ fields, metrics, evaluations }) =>
    [[null, metrics] as const, ...Object.entries(evaluations ?? {})].flatMap(([dataset, values]) =>
      Object.entries(values ?? {}).map(([key, one]) => ({ owner: fields.id, dataset, key, value: one })),
    ),
  );
  await requests.query('INSERT INTO latest SELECT * FROM jsonb_populate_recordset(NULL::latest, $1::jsonb)', [
    JSON.stringify(latest),
  ]);
}

async function ids(filter: Filter, under: SqlSchema): Promise<string[]> {
  const { sql, params } = compileFilter(filter, under, 2);
  const found = await database.requests.query(`SELECT t.id FROM things t WHERE $1::boolean AND ${sql}`, [
    true,
    ...params,
  ]);
  return found.rows.map((row) => row.id as string).sort();
}

/** Pages through all rows, each page from the cursor of the one before. */
async function pages(orderBy: string, limit: number): Promise<string[]> {
  const order = compileOrderBy(parseOrderBy(orderBy, schema), schema);
  const seen: string[] = [];
  let cursor: (string | null)[] | null = null;
  for (;;) {
    const after: Sql =
      cursor === null
        ? { sql: 'TRUE', params: [] }
        : compileKeyset(order.keys, cursor, order.params.length + 1);
    const { rows } = await database.requests.query<{ id: string; cursor: (string | null)[] }>(
      `SELECT t.id, ARRAY[${order.keys.map((key) => key.cursorSql).join(', ')}] AS cursor
       FROM things t WHERE ${after.sql} ORDER BY ${order.orderBy} LIMIT ${limit}`,
      [...order.params, ...after.params],
    );
    if (rows.length === 0) return seen;
    seen.push(...rows.map((row) => row.id));
    if (seen.length > 1000) throw new Error('the pages never end');
    cursor = rows.at(-1)?.cursor ?? null;
  }
}

describe('the compiled SQL', () => {
  it('finds the rows that the evaluator passes, and NOT of it those that it fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects(30),
        fc.array(condition, { minLength: 20, maxLength: 20 }),
        async (all, trees) => {
          await store(all);
          for (const tree of trees) {
            const filter = { condition: tree };
            const not: Filter = { condition: { kind: 'not', term: tree, position: 0, length: 0 } };
            const decomposed = parseFilter(formatFilter(filter).normalize('NFD'), schema);
            for (const [one, judge, wanted] of [
              [filter, filter, true],
              [not, filter, false],
              [decomposed, decomposed, true],
            ] as const) {
              const expected = all
                .filter((each) => evaluateFilter(judge, each) === wanted)
                .map((each) => each.fields.id);
              for (const under of [schema, semiJoins]) {
                expect(await ids(one, under), formatFilter(one)).toEqual(expected.sort());
              }
            }
          }
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  it('sorts as the comparator does, and keyset pages visit every row once in that order', async () => {
    await fc.assert(
      fc.asyncProperty(
        objects(25),
        fc.array(orderTerms, { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (all, orders, limit) => {
          await store(all);
          for (const orderBy of orders.map(formatOrderBy)) {
            const terms = parseOrderBy(orderBy, schema);
            const expected = [...all]
              .sort((a, b) => compareByOrder(terms, a, b))
              .map((each) => each.fields.id);
            expect(await pages(orderBy, limit), orderBy).toEqual(expected);
          }
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  it.each([
    ["metadata.a.b = 'x' AND name = 'y'", 'things_metadata'],
    ['metadata.a IN (1, 2)', 'things_metadata'],
    ["'x' IN metadata.list", 'things_metadata'],
    ["'gold' IN tags", 'things_tags'],
    ["createdAt > '2026-01-01' AND createdAt <= '2026-02-01'", 'things_created'],
    ["title LIKE 'a%'", 'things_title'],
    ["title >= 'a' AND title < 'b'", 'things_title'],
  ])('serves %s from %s', async (text, index) => {
    const { sql, params } = compileFilter(parseFilter(text, schema), schema);
    expect(await plan(`SELECT * FROM things t WHERE ${sql}`, params)).toContain(index);
  });

  it.each([
    ['createdAt DESC', 'things_created'],
    ['createdAt', 'things_created'],
    ['title DESC', 'things_title'],
  ])('serves pages by %s from %s, without a sort', async (orderBy, index) => {
    const order = compileOrderBy(parseOrderBy(orderBy, schema), schema);
    const first = orderBy.startsWith('title') ? 'm' : '2026-01-01T00:00:00.000000Z';
    const after = compileKeyset(order.keys, [first, '018f0000-0000-7000-8000-000000000001']);
    const found = await plan(
      `SELECT * FROM things t WHERE ${after.sql} ORDER BY ${order.orderBy} LIMIT 10`,
      after.params,
    );
    expect(found).toContain(index);
    expect(found).toContain('Index Cond');
    expect(found).not.toContain('Sort');
  });

  async function plan(sql: string, params: unknown[]): Promise<string> {
    const client = await database.requests.connect();
    try {
      await client.query('BEGIN');
      // Tests whether an index can serve the query. Whether Postgres prefers the index depends on the random rows and
      // its statistics.
      await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off');
      const { rows } = await client.query(`EXPLAIN ${sql}`, params);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it('refuses forged cursors, or compiles them to SQL that Postgres accepts', async () => {
    const order = compileOrderBy(
      parseOrderBy('metrics.a DESC, metadata.a, step, held, name, createdAt', schema),
      schema,
    );
    const forged = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '1e-400',
        '1e400',
        '-Infinity',
        'nan',
        '0x1',
        '99999999999999999999',
        '2026-02-30T00:00:00.000000Z',
        't',
        '',
      ),
      fc.constant(null),
    );
    const good = [
      '0.5',
      '1',
      null,
      '3',
      'true',
      'x',
      '2026-01-01T00:00:00.000000Z',
      '018f0000-0000-7000-8000-000000000001',
    ];
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 1 }), forged, async (at, bad) => {
        const cursor = good.map((one, i) => (i === at ? bad : one));
        try {
          const after = compileKeyset(order.keys, cursor, order.params.length + 1);
          await database.requests.query(`SELECT FROM things t WHERE ${after.sql} ORDER BY ${order.orderBy}`, [
            ...order.params,
            ...after.params,
          ]);
        } catch (error) {
          if (!(error instanceof CursorError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
    expect(() => compileKeyset(order.keys, good.slice(1))).toThrow(CursorError);
  });
});
