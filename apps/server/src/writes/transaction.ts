import { isRetryable } from '@modelbox/db';
import type { Pool, PoolClient } from 'pg';

const ATTEMPTS = 5;

/** Runs prepared statements in one transaction on the pool; deadlocks are tried again. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
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
      if (attempt >= ATTEMPTS || !isRetryable(error)) throw error;
    }
  }
}
