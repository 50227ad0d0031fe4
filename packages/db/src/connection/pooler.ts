import type pg from 'pg';
import { reasonOf } from '../errors.ts';
import { pinned } from './settings.ts';

/** Matches the message of PgBouncer about an unknown startup parameter. */
export const refusesStartup = (error: unknown): boolean =>
  /unsupported startup parameter/i.test(reasonOf(error));

/** Whether a session has the settings of its startup message. Poolers can be configured to ignore them. */
export async function hasPinnedSettings(pool: pg.Pool, own: Record<string, string>): Promise<boolean> {
  const expected = Object.entries({ ...pinned, ...own });
  const names = expected.map(([name]) => `current_setting('${name}', true)`).join(', ');
  const { rows } = await pool.query<{ values: string[] }>(`SELECT ARRAY[${names}] AS values`);
  return expected.every(([, value], index) => rows[0]?.values[index] === value);
}

/** A pooler can return the same session twice by chance, so the check repeats. */
const ROUNDS = 10;

/**
 * Whether a pooler moves the statements of a connection between sessions (transaction mode). Then a transaction of
 * another connection uses the session of an idle connection, or the idle connection gets another session.
 * @param idle and `busy`: two connections.
 */
export async function movesStatements(idle: pg.PoolClient, busy: pg.PoolClient): Promise<boolean> {
  const sessionOf = async (client: pg.PoolClient) =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  for (let round = 0; round < ROUNDS; round++) {
    const before = await sessionOf(idle);
    await busy.query('BEGIN');
    const taken = await sessionOf(busy);
    const after = await sessionOf(idle);
    await busy.query('COMMIT');
    if (taken === before || after !== before) return true;
  }
  return false;
}
