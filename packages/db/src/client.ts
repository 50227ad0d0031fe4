import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { databaseAddress } from './connection/address.ts';
import { cutConnections, openPool, type PoolOptions, type SettingsBy } from './connection/open.ts';
import { PrismaClient } from './generated/client.ts';
import { type Lease, openLease } from './lease.ts';
import { type Log, silentLog } from './log.ts';
import { rowTypes } from './types.ts';

/** Options of the database connections. Times are in milliseconds; 0 means no limit. */
export interface DatabaseOptions {
  url: string;
  /** The maximum number of connections of all pools together; at least 6. Default 20. */
  poolSize?: number;
  /** Shown in pg_stat_activity. Default `modelbox`. */
  applicationName?: string;
  /** The wait for a free or new connection. Default 5,000. */
  connectionTimeout?: number;
  /** The limit of a statement on the server. The connection is cut 5 s later if no answer came. Default 30,000. */
  statementTimeout?: number;
  /** The limit of a statement in the pool `lists`. Default 10,000. */
  listTimeout?: number;
  /**
   * The wait for a lock of another transaction. It is shorter than the wait for a connection, so that requests that
   * wait for one locked object give up before those that wait for a connection. Default 3,000.
   */
  lockTimeout?: number;
  /** The time after which the server ends an idle transaction. Default 60,000. */
  idleTransactionTimeout?: number;
  /** The result of `requirePostgres`. Default `startup`. */
  settingsBy?: SettingsBy;
  log?: Log;
}

/**
 * The connection pools. No pool can use up the connections of another one: neither costly lists nor requests that wait
 * for one lock block the audit, the health check or the workers.
 */
export interface Database {
  prisma: PrismaClient;
  /** For requests: Prisma and prepared statements. */
  requests: pg.Pool;
  /** For read-only requests whose cost the caller decides, each within `listTimeout`. */
  lists: pg.Pool;
  /** Takes a connection of `lists` for one request and at most `ms` milliseconds. */
  lease: (ms: number) => Promise<Lease>;
  /** For background work. */
  background: pg.Pool;
  /** For audit records that must be stored before an answer. The connection stays open. */
  audit: pg.Pool;
  /** For health checks. The connection stays open. */
  health: pg.Pool;
  /** Waits for the queries in flight, then closes every connection. */
  close: () => Promise<void>;
  /** Cuts every connection and rejects new ones, for a stop that cannot wait. Queries in flight fail. */
  cut: () => void;
}

/** Opens the connection pools. They connect on first use, so this succeeds even if the database is down. */
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
  // These pools run small statements. A hanging one must not block the only connection for long.
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

/** The limit of a statement for the audit or health, in milliseconds. */
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
  // The pool has already dropped the connection. Without a listener, the event would end the process. The error
  // carries the client with its address and session keys, so only the message is logged.
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'an idle database connection was lost'));
  // The pool does not listen to checked-out connections. The query in flight fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
