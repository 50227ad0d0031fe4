import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { retrying } from './retry.ts';

/** A statement that each connection parses and plans once. Returns the rows. */
export type PreparedStatement<Values extends readonly unknown[], Row> = (
  on: Pool | PoolClient,
  ...values: Values
) => Promise<Row[]>;

/**
 * Names a statement so that Postgres keeps it prepared.
 *
 * ```ts
 * const modelName = prepared<[id: string], { name: string }>('model_name', 'SELECT name FROM models WHERE id = $1');
 * const [row] = await modelName(database.requests, id);
 * ```
 * @param name unique in the process: `pg` refuses one name with two texts.
 */
export function prepared<Values extends readonly unknown[], Row extends QueryResultRow>(
  name: string,
  text: string,
): PreparedStatement<Values, Row> {
  return async (on, ...values) => {
    const run = async () =>
      (await on.query<Row>({ name, text, values: values as unknown as unknown[] })).rows;
    // On a pool, the statement is its own transaction and can be retried. On a client, only the caller can retry the
    // transaction.
    return on instanceof Pool ? retrying(run) : run();
  };
}
