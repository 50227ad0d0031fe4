import net from 'node:net';
import type pg from 'pg';
import { isStatementTimeout } from './errors.ts';

/** A request exceeded its deadline. */
export class DeadlineOver extends Error {
  constructor() {
    super('the deadline of the request is over');
    this.name = 'DeadlineOver';
  }
}

/** A connection that belongs to one request for a limited time. */
export interface Lease {
  /** Runs statements like a pool, but all on the leased connection, one after the other. */
  readonly pool: pg.Pool;
  /** Cancels the running statement. It and all later ones fail with the reason. */
  cancel(reason: Error): void;
  /** Returns the connection when its last statement has ended. */
  release(): Promise<void>;
}

/** Milliseconds for Postgres to end a cancelled statement. */
const CANCEL_PATIENCE = 5_000;
/** Milliseconds between two cancel requests. */
const CANCEL_INTERVAL = 250;

/** A cancelled lease still runs these statements, which end its transaction. */
const ENDS_TRANSACTION = /^(?:COMMIT|ROLLBACK)\b/i;

interface Cancellable extends pg.PoolClient {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
  cut(reason?: string): void;
}

/**
 * Leases a connection of a pool for at most `ms` milliseconds. At the end, the running statement is cancelled.
 * @param sessionTimeout the `statement_timeout` of the sessions of the pool in milliseconds; 0: none.
 */
export async function openLease(pool: pg.Pool, sessionTimeout: number, ms: number): Promise<Lease> {
  const deadline = performance.now() + ms;
  const client = (await pool.connect()) as Cancellable;
  const usual = sessionTimeout === 0 ? Number.POSITIVE_INFINITY : sessionTimeout;
  let limit = usual;
  let reason: Error | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let runs = false;
  let isInTransaction = false;
  let isLimited = false;
  let isReleased = false;
  let insisting: NodeJS.Timeout | undefined;
  let cutting: NodeJS.Timeout | undefined;

  const cancel = (why: Error): void => {
    if (reason !== undefined) return;
    reason = why;
    if (!runs) return;
    requestCancel(client);
    // A cancel request that arrives before the statement starts has no effect.
    insisting = setInterval(() => requestCancel(client), CANCEL_INTERVAL);
    cutting = setTimeout(() => client.cut('Postgres did not cancel a statement'), CANCEL_PATIENCE);
  };
  const timer = setTimeout(() => cancel(new DeadlineOver()), deadline - performance.now());

  const demandGoing = (): void => {
    if (reason !== undefined) throw reason;
  };

  /** Keeps the limit of a statement below the remaining time, so that Postgres ends it even if this process dies. */
  async function limitStatement(): Promise<void> {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) cancel(new DeadlineOver());
    demandGoing();
    if (left * 2 > limit) return;
    isLimited = true;
    await client.query(`SET statement_timeout = ${left}`);
    limit = left;
    demandGoing();
  }

  async function run(args: unknown[]): Promise<unknown> {
    const [first] = args as [string | { text: string }];
    const text = typeof first === 'string' ? first : first.text;
    const isEnd = ENDS_TRANSACTION.test(text);
    if (!isEnd) await limitStatement();
    runs = true;
    try {
      const result = await (client.query as (...all: unknown[]) => Promise<unknown>)(...args);
      if (/^BEGIN\b/i.test(text)) isInTransaction = true;
      return result;
    } catch (error) {
      throw reason !== undefined && isStatementTimeout(error) ? reason : error;
    } finally {
      runs = false;
      clearInterval(insisting);
      clearTimeout(cutting);
      if (isEnd) {
        isInTransaction = false;
        // A rollback reverts a limit that was set in the transaction.
        limit = usual;
      }
    }
  }

  const query = (...args: unknown[]): Promise<unknown> => {
    // The connection may already serve another request.
    if (isReleased) return Promise.reject(new Error('the lease of the connection is released'));
    const result = last.then(() => run(args));
    last = result.catch(() => {});
    return result;
  };

  async function release(): Promise<void> {
    isReleased = true;
    clearTimeout(timer);
    await last;
    // Discards the connection, because a late cancel could hit its next request.
    if (reason !== undefined) return client.release(true);
    try {
      if (isInTransaction) await client.query('ROLLBACK');
      if (isLimited) await client.query(`SET statement_timeout = ${sessionTimeout}`);
      client.release();
    } catch {
      client.release(true);
    }
  }

  const leased = { query, connect: () => Promise.resolve({ query, release: () => {} }) };
  return { pool: leased as unknown as pg.Pool, cancel, release };
}

/** The code of a CancelRequest (PostgreSQL documentation, 54.7 "Message Formats"). */
const CANCEL_REQUEST = 80_877_102;

/** Asks Postgres over another connection to cancel the running statement of a client. */
function requestCancel({ host, port, processID, secretKey }: Cancellable): void {
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  for (const [place, value] of [16, CANCEL_REQUEST, processID, secretKey].entries())
    message.writeInt32BE(value, place * 4);
  const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host);
  socket.setTimeout(CANCEL_PATIENCE, () => socket.destroy());
  // If the request is lost, the connection is cut later.
  socket.once('error', () => {});
  socket.end(message);
}
