import { retrying } from '@modelbox/db';
import type { Pool, PoolClient } from 'pg';

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
      // A connection that will not roll back is of no more use.
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
      throw error;
    }
  });
