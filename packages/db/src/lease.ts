import net from 'node:net';
import type pg from 'pg';
import { isStatementTimeout } from './errors.ts';

/** A request took longer than it may. */
export class DeadlineOver extends Error {
  constructor() {
    super('the deadline of the request is over');
    this.name = 'DeadlineOver';
  }
}

/** One connection that belongs to one request for a time. */
export interface Lease {
  /** Runs statements as a pool would, but all on the leased connection, one after the other. */
  readonly pool: pg.Pool;
  /** Cancels the statement that runs. That statement and all later ones fail with the reason. */
  cancel(reason: Error): void;
  /** Gives the connection back when its last statement has ended. */
  release(): Promise<void>;
}

/** Milliseconds that Postgres has to end a statement that it was told to cancel. */
const CANCEL_PATIENCE = 5_000;
/** Milliseconds between two requests to cancel it. */
const CANCEL_INTERVAL = 250;

/** A cancelled lease still runs these statements: they end its transaction. */
const ENDS_TRANSACTION = /^(?:COMMIT|ROLLBACK)\b/i;

interface Cancellable extends pg.PoolClient {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
  cut(reason?: string): void;
}

/**
 * Takes a connection out of a pool for at most `ms` milliseconds. When they are over, the statement that runs is cancelled.
 * @param sessionTimeout the `statement_timeout` of the pool's sessions, in milliseconds; 0: none.
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
    // A request that comes before the statement has begun cancels nothing.
    insisting = setInterval(() => requestCancel(client), CANCEL_INTERVAL);
    cutting = setTimeout(() => client.cut('Postgres did not cancel a statement'), CANCEL_PATIENCE);
  };
  const timer = setTimeout(() => cancel(new DeadlineOver()), deadline - performance.now());

  const demandGoing = (): void => {
    if (reason !== undefined) throw reason;
  };

  /** Keeps the limit of a statement below what is left: Postgres ends it also if this process dies. */
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
        // A rollback takes back a limit that was set in the transaction.
        limit = usual;
      }
    }
  }

  const query = (...args: unknown[]): Promise<unknown> => {
    // The connection may serve another request by then.
    if (isReleased) return Promise.reject(new Error('the lease of the connection is released'));
    const result = last.then(() => run(args));
    last = result.catch(() => {});
    return result;
  };

  async function release(): Promise<void> {
    isReleased = true;
    clearTimeout(timer);
    await last;
    // A late cancel could hit the next request on this connection.
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

/** Asks Postgres over a connection of its own to cancel what runs on a client's connection. */
function requestCancel({ host, port, processID, secretKey }: Cancellable): void {
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  for (const [place, value] of [16, CANCEL_REQUEST, processID, secretKey].entries())
    message.writeInt32BE(value, place * 4);
  const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host);
  socket.setTimeout(CANCEL_PATIENCE, () => socket.destroy());
  // A request that is lost is followed by a cut of the connection.
  socket.once('error', () => {});
  socket.end(message);
}
