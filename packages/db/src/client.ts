import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';
import { type Log, silentLog } from './log.ts';
import { rowTypes } from './types.ts';

/** How to reach the database. Times are in milliseconds; 0 is no limit. */
export interface DatabaseOptions {
  url: string;
  /** The most connections open at once. Default 20. */
  poolSize?: number;
  /** Shown in pg_stat_activity. Default `modelbox`. */
  applicationName?: string;
  /** Waiting for a free connection, or for a new one. Default 5,000. */
  connectionTimeout?: number;
  /** Of one statement, on the server. Default 30,000. */
  statementTimeout?: number;
  /** How long a transaction may stand still before the server ends it. Default 60,000. */
  idleTransactionTimeout?: number;
  log?: Log;
}

/** One pool of connections, used by Prisma and by prepared statements alike. */
export interface Database {
  prisma: PrismaClient;
  pool: pg.Pool;
  /** Waits for the queries in flight, then closes every connection. */
  close: () => Promise<void>;
}

/** Opens the pool. Connects only when first used, so it does not fail when the database is away. */
export function openDatabase(options: DatabaseOptions): Database {
  const log = options.log ?? silentLog;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 20,
    application_name: options.applicationName ?? 'modelbox',
    connectionTimeoutMillis: options.connectionTimeout ?? 5_000,
    statement_timeout: options.statementTimeout ?? 30_000,
    idle_in_transaction_session_timeout: options.idleTransactionTimeout ?? 60_000,
    keepAlive: true,
    types: rowTypes(),
  });
  // The pool has dropped that connection already. Without a listener the event would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // While a connection is checked out the pool does not listen; the query in flight fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  let closing: Promise<void> | undefined;
  return {
    prisma,
    pool,
    close: () => (closing ??= prisma.$disconnect().then(() => pool.end())),
  };
}
