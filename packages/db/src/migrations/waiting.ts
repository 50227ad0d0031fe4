import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../log.ts';

/** The advisory lock of `prisma migrate`, so that servers and the Prisma CLI exclude one another. */
const prismaMigrateLock = 72707369;

/** Milliseconds between two tries to take the lock, between two lines in the log, and that an answer may take. */
const TRY = 200;
const REPORT = 5_000;
const ANSWER = 10_000;

const sessions = `jsonb_agg(jsonb_build_object('pid', s.pid, 'application', s.application_name, 'client', s.client_addr,
  'state', s.state, 'transactionSince', s.xact_start)) AS sessions FROM pg_stat_activity s`;

/**
 * Takes the lock of migrators for the session of the only connection of this pool. While another session has the
 * lock, the log names that session.
 */
export async function takeMigrationLock(pool: pg.Pool, log: Log): Promise<void> {
  const ask = async <Row extends object>(text: string): Promise<Row | undefined> =>
    (await pool.query<Row>({ text, values: [prismaMigrateLock], query_timeout: ANSWER } as pg.QueryConfig))
      .rows[0];
  for (let waited = 0; ; waited += TRY) {
    const tried = await ask<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken');
    if (tried?.taken) return;
    if (waited % REPORT === 0) {
      const holder = await ask<{ sessions: object[] | null }>(
        `SELECT ${sessions} JOIN pg_locks l ON l.pid = s.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      log.info(
        { waitsFor: holder?.sessions ?? [] },
        'waiting for another server or CLI that migrates the database',
      );
    }
    await sleep(TRY);
  }
}

/**
 * Runs migrations, and logs every few seconds whether they wait for locks of other sessions, for their own work, or
 * for a database that does not answer.
 * @param pool with the connection that migrates.
 * @param beside a pool with another connection.
 */
export async function reportWaits<T>(
  pool: pg.Pool,
  beside: pg.Pool,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const timer = setInterval(() => void report(beside, rows[0]?.pid, log), REPORT);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function report(pool: pg.Pool, pid: number | undefined, log: Log): Promise<void> {
  try {
    const found = await pool.query<{ sessions: object[] | null }>(
      `SELECT ${sessions} WHERE s.pid = ANY (pg_blocking_pids($1))`,
      [pid],
    );
    const waitsFor = found.rows[0]?.sessions;
    if (waitsFor) log.warn({ waitsFor }, 'a migration waits for locks that these sessions hold');
    else log.info({}, 'a migration is still running');
  } catch (error) {
    log.warn({ err: error }, 'a migration is running, and the database does not answer');
  }
}
