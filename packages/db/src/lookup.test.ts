import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchLoader } from './batch-loader.ts';
import { type Database, openDatabase } from './client.ts';
import { lookup } from './lookup.ts';
import { createTestDatabase } from './testing/index.ts';

describe('batchLoader', () => {
  it('asks at once for the keys of one turn, and again for those that come meanwhile', async () => {
    const loads: number[][] = [];
    const ask = batchLoader<number, number>(async (keys) => {
      loads.push(keys);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return keys.map((key) => key * 10);
    });
    expect(await Promise.all([1, 2, 3].map(ask))).toEqual([10, 20, 30]);
    expect(loads).toEqual([[1, 2, 3]]);
  });

  it('begins every load after its keys were asked for', async () => {
    let state = 0;
    const ask = batchLoader<number, number>(async (keys) => {
      const seen = state;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return keys.map(() => seen);
    });
    const answers: Promise<boolean>[] = [];
    for (let round = 0; round < 50; round++) {
      state++;
      const atLeast = state;
      answers.push(ask(round).then((seen) => seen >= atLeast));
      await new Promise((resolve) => setTimeout(resolve, round % 3));
    }
    expect(await Promise.all(answers)).not.toContain(false);
  });

  it('fails the keys of a load that fails, and only those', async () => {
    const ask = batchLoader<string, string>((keys) =>
      keys.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve(keys),
    );
    await expect(Promise.all([ask('bad'), ask('good')])).rejects.toThrow('no');
    expect(await ask('good')).toBe('good');
  });
});

describe('lookup', () => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const created = await createTestDatabase({ empty: true });
    drop = created.drop;
    database = openDatabase({ url: created.url, poolSize: 4 });
    await database.requests.query(`CREATE TABLE things (a text, b text, n bigint);
      INSERT INTO things SELECT 'a' || i, 'b' || i % 10, i FROM generate_series(1, 1000) i`);
  });
  afterAll(async () => {
    await database.close();
    await drop();
  });

  it('finds the row of each key, and none where there is none', async () => {
    const find = lookup<[string, string], { n: number }>(
      'test_things',
      ['text', 'text'],
      'SELECT n FROM things WHERE a = $1 AND b = $2',
    );
    const found = await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        find(database.requests, `a${i + 1}`, i % 2 ? `b${(i + 1) % 10}` : 'none'),
      ),
    );
    expect(found).toEqual(Array.from({ length: 500 }, (_, i) => (i % 2 ? { n: i + 1 } : undefined)));
  });
});
