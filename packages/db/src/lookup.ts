import type { Pool, QueryResultRow } from 'pg';
import { batchLoader } from './batch-loader.ts';
import { prepared } from './prepared.ts';

export type Lookup<Key extends readonly string[], Row> = (on: Pool, ...key: Key) => Promise<Row | undefined>;

/**
 * Creates a statement that finds at most one row by a key. Concurrent lookups on one pool share a round trip (see
 * `batchLoader`).
 * @param name unique in the process.
 * @param types of the parts of the key, for example `['uuid']`.
 * @param text the SELECT for one key, with `$1`, `$2`, … for its parts.
 */
export function lookup<Key extends readonly string[], Row extends QueryResultRow>(
  name: string,
  types: readonly string[],
  text: string,
): Lookup<Key, Row> {
  const parts = types.map((_, index) => `k${index + 1}`);
  const keys = types.map((type, index) => `$${index + 1}::${type}[]`);
  const find = prepared<string[][], Row & { ord: number }>(
    name,
    `SELECT key.ord, found.* FROM unnest(${keys.join(', ')}) WITH ORDINALITY AS key (${parts.join(', ')}, ord),
     LATERAL (${text.replaceAll(/\$(\d+)/g, 'key.k$1')}) AS found`,
  );
  const pools = new WeakMap<Pool, (key: Key) => Promise<Row | undefined>>();
  const onPool = (pool: Pool) =>
    batchLoader<Key, Row | undefined>(async (asked) => {
      const rows: (Row | undefined)[] = asked.map(() => undefined);
      const columns = types.map((_, index) => asked.map((key) => key[index] as string));
      for (const { ord, ...row } of await find(pool, ...columns)) rows[ord - 1] = row as unknown as Row;
      return rows;
    });
  return (pool, ...key) => {
    const ask = pools.get(pool) ?? onPool(pool);
    pools.set(pool, ask);
    return ask(key);
  };
}
