import type { Pool, PoolClient } from 'pg';
import { Prisma } from './generated/client.ts';
import { retrying } from './retry.ts';

export type Tx = Prisma.TransactionClient;

/** Runs a statement with `$1`, `$2`, … in the transaction of the caller, in Prisma or on the pool. */
export type Sql = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

export const sqlOf =
  (tx: Tx): Sql =>
  (text, values) =>
    tx.$queryRawUnsafe(text, ...values);

export const sqlOn =
  (on: Pool | PoolClient): Sql =>
  async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await on.query<Row>(text, [...values])).rows;

/** Runs prepared statements in one transaction on the pool; retries deadlocks and serialization failures. */
export const inTransaction = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  retrying(async () => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // A connection that cannot roll back is unusable.
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
      throw error;
    }
  });

/** Runs a statement that carries its values, as `Prisma.sql` makes it. */
export const runSql = <Row extends object>(sql: Sql, { text, values }: Prisma.Sql): Promise<Row[]> =>
  sql<Row>(text, values);

/** Makes a fragment that carries its values from a text with `$1`, `$2`, … The text must be the program's own. */
export function fragmentOf(text: string, values: readonly unknown[]): Prisma.Sql {
  const [first = '', ...rest] = text.split(/\$(\d+)/);
  const strings = [first, ...rest.filter((_, index) => index % 2 === 1)];
  const numbers = rest.filter((_, index) => index % 2 === 0);
  return new Prisma.Sql(
    strings,
    numbers.map((number) => values[Number(number) - 1]),
  );
}
