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

/** Postgres counts the parameters of a statement in 16 bits. */
const MOST_PARAMETERS = 65_535;

/** A statement needs more parameters than Postgres allows, so a retry fails too. */
export class TooManyParameters extends Error {
  constructor(count: number) {
    super(
      `The database statement needs ${count} parameters, but Postgres allows ${MOST_PARAMETERS}. ` +
        'Use fewer different values in the filter, or fewer clauses in the policy.',
    );
    this.name = 'TooManyParameters';
  }
}

/**
 * Runs a statement that carries its values, as `Prisma.sql` makes it.
 * @throws TooManyParameters if the statement has more than 65,535 different values.
 */
export async function runSql<Row extends object>(sql: Sql, statement: Prisma.Sql): Promise<Row[]> {
  const { text, values } = renderSql(statement);
  if (values.length > MOST_PARAMETERS) throw new TooManyParameters(values.length);
  return sql<Row>(text, values);
}

/**
 * Matches a cast to a type of one word, or to its arrays. Postgres infers the type of a parameter from its first place,
 * so all places must have the same cast. Types with more words or modifiers never match: their first word is another
 * type.
 */
const CAST = /^::\w+(?:\[\])*(?![\w.([]| *(?:precision|varying|with|without)\b)/i;

/**
 * Numbers the values of a statement. Equal values with the same cast directly after their places share one placeholder.
 * Arrays and objects are equal only if identical.
 */
export function renderSql({ strings, values }: Prisma.Sql): { text: string; values: unknown[] } {
  const numbered: unknown[] = [];
  const known = new Map<string, Map<unknown, number>>();
  const add = (value: unknown) => numbered.push(value);
  const numberOf = (value: unknown, cast: string | undefined): number => {
    if (cast === undefined) return add(value);
    const sameCast = known.get(cast) ?? new Map<unknown, number>();
    known.set(cast, sameCast);
    const number = sameCast.get(value) ?? add(value);
    sameCast.set(value, number);
    return number;
  };
  const [first = '', ...rest] = strings;
  const pieces = rest.map((string, at) => `$${numberOf(values[at], CAST.exec(string)?.[0])}${string}`);
  return { text: first + pieces.join(''), values: numbered };
}

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
