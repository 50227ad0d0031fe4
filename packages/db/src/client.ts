import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { databaseAddress } from './connection/address.ts';
import { cutConnections, openPool, type PoolOptions, type SettingsBy } from './connection/open.ts';
import { PrismaClient } from './generated/client.ts';
import { type Lease, openLease } from './lease.ts';
import { type Log, silentLog } from './log.ts';
import { rowTypes } from './types.ts';

/** How to reach the database. Times are in milliseconds; 0 is no limit. */
export interface DatabaseOptions {
  url: string;
  /** The most connections open at once, over all pools; at least 6. Default 20. */
  poolSize?: number;
  /** Shown in pg_stat_activity. Default `modelbox`. */
  applicationName?: string;
  /** Waiting for a free connection, or for a new one. Default 5,000. */
  connectionTimeout?: number;
  /** Of one statement, on the server; 5 s later the connection is broken if no answer came. Default 30,000. */
  statementTimeout?: number;
  /** Of one statement in the pool `lists`. Default 10,000. */
  listTimeout?: number;
  /** Waiting for a lock that another transaction holds; less than for a connection, so that those who wait for one
   * locked object go before those who wait for their connections. Default 3,000. */
  lockTimeout?: number;
  /** How long a transaction may stand still before the server ends it. Default 60,000. */
  idleTransactionTimeout?: number;
  /** As `requirePostgres` found out. Default `startup`. */
  settingsBy?: SettingsBy;
  log?: Log;
}

/**
 * The connection pools. No pool can use up the connections of another one: neither costly lists nor requests that wait
 * for one lock block the audit, the health check or the workers.
 */
export interface Database {
  prisma: PrismaClient;
  /** For what requests do: Prisma and prepared statements alike. */
  requests: pg.Pool;
  /** For questions whose cost their senders decide; read-only, each within `listTimeout`. */
  lists: pg.Pool;
  /** Takes a connection of `lists` for one request and at most `ms` milliseconds. */
  lease: (ms: number) => Promise<Lease>;
  /** For the work beside the requests. */
  background: pg.Pool;
  /** For what the audit has to record before an answer. The connection stays open. */
  audit: pg.Pool;
  /** For asking how the database is. The connection stays open. */
  health: pg.Pool;
  /** Waits for the queries in flight, then closes every connection. */
  close: () => Promise<void>;
  /** Breaks every connection and lets nobody connect again, for a stop that cannot wait: queries in flight fail. */
  cut: () => void;
}

/** Opens the connection pools. They connect only when first used, so this does not fail when the database is away. */
export function openDatabase(options: DatabaseOptions): Database {
  const size = Math.max(6, options.poolSize ?? 20);
  const forBackground = size >= 8 ? 2 : 1;
  const forLists = Math.max(1, Math.floor(size * 0.3));
  const timeouts = {
    statement_timeout: options.statementTimeout ?? 30_000,
    idle_in_transaction_session_timeout: options.idleTransactionTimeout ?? 60_000,
    lock_timeout: options.lockTimeout ?? 3_000,
  };
  const requests = openOne(options, size - forBackground - forLists - 2, timeouts);
  const listTimeout = options.listTimeout ?? 10_000;
  const lists = openOne(options, forLists, {
    ...timeouts,
    statement_timeout: listTimeout,
    default_transaction_read_only: 'on',
  });
  const background = openOne(options, forBackground, timeouts);
  // Their statements are small. One that hangs must not keep the only connection for long.
  const soon = { ...timeouts, statement_timeout: Math.min(timeouts.statement_timeout || SOON, SOON) };
  const audit = openOne(options, 1, soon, STAYS_OPEN);
  const health = openOne(options, 1, soon, STAYS_OPEN);
  const { schema } = databaseAddress(options.url);
  const prisma = new PrismaClient({ adapter: new PrismaPg(requests, { schema }), errorFormat: 'minimal' });
  const pools = [requests, lists, background, audit, health];
  let ending: Promise<unknown> | undefined;
  const end = () => (ending ??= Promise.all(pools.map((pool) => pool.end())));
  let closing: Promise<void> | undefined;
  const close = async () => {
    await prisma.$disconnect();
    await end();
  };
  const cut = () => {
    void end();
    pools.forEach(cutConnections);
  };
  return {
    prisma,
    requests,
    lists,
    lease: (ms) => openLease(lists, listTimeout, ms),
    background,
    audit,
    health,
    close: () => (closing ??= close()),
    cut,
  };
}

/** Milliseconds of a statement for the audit or health. */
const SOON = 5_000;

/** The connection never closes, so the pool works even if Postgres has no connection left. */
const STAYS_OPEN: Partial<PoolOptions> = { idleTimeout: 0 };

function openOne(
  options: DatabaseOptions,
  max: number,
  settings: PoolOptions['settings'],
  more: Partial<PoolOptions> = {},
): pg.Pool {
  const log = options.log ?? silentLog;
  const pool = openPool({
    url: options.url,
    max,
    applicationName: options.applicationName ?? 'modelbox',
    connectionTimeout: options.connectionTimeout ?? 5_000,
    settings,
    settingsBy: options.settingsBy ?? 'startup',
    types: rowTypes(),
    ...more,
  });
  // The pool has dropped that connection already. Without a listener the event would end the process. The pool hangs
  // the client, with the address and keys of its session, on the error: only its words are logged.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'an idle database connection was lost'));
  // While a connection is checked out the pool does not listen; the query in flight fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
