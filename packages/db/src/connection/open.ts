import pg from 'pg';
import { type DatabaseAddress, databaseAddress } from './address.ts';
import { connectionCut, PatientClient } from './patient-client.ts';
import { pinned, pinnedIfKnown, searchPath } from './settings.ts';

/**
 * How sessions get their settings. `startup`: in the startup message, which costs nothing and applies from the first
 * moment. `statement`: by a statement afterwards, for poolers that reject or ignore startup parameters.
 */
export type SettingsBy = 'startup' | 'statement';

/** Options of a connection pool. */
export interface PoolOptions {
  url: string;
  /** The maximum number of connections. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Milliseconds to wait for a free connection, or for a new one. */
  connectionTimeout: number;
  /** Milliseconds after which an unused connection is closed; 0: never. Default 10,000. */
  idleTimeout?: number;
  /** Settings of each session besides the pinned ones. Times are in milliseconds. */
  settings: {
    statement_timeout: number;
    lock_timeout: number;
    idle_in_transaction_session_timeout: number;
  } & Record<string, string | number>;
  /** Default `startup`. */
  settingsBy?: SettingsBy;
  types?: pg.CustomTypesConfig;
}

/**
 * Opens a pool: the only place that connects to Postgres. Each session starts with the pinned settings. A startup
 * parameter takes precedence over `?options=`, the role, the database and the configuration of the server.
 * @throws DatabaseUrlError
 */
export function openPool(options: PoolOptions): pg.Pool {
  const address = databaseAddress(options.url);
  const settings = sessionSettings(address.schema, options.settings);
  const byStatement = options.settingsBy === 'statement';
  const atStartup = byStatement ? {} : settings;
  const statement = settingStatement(byStatement ? settings : {});
  const clients = new Set<PatientClient>();
  const pool = new pg.Pool({
    connectionString: address.url,
    // Values here take precedence over the environment.
    client_encoding: 'utf8',
    ...(/[?&]ssl(mode=disable|=0|=false)(&|$)/.test(address.url)
      ? { sslnegotiation: 'postgres' as const }
      : {}),
    max: options.max,
    connectionTimeoutMillis: options.connectionTimeout,
    ...(options.idleTimeout === undefined ? {} : { idleTimeoutMillis: options.idleTimeout }),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
    ...(options.types ? { types: options.types } : {}),
    Client: clientOf(options, address, atStartup, clients),
    // The pool awaits the promise, though its types do not say so.
    onConnect: (async (client: pg.ClientBase) => {
      // A pooler without a reset query keeps the locks and prepared statements of an earlier connection.
      if (byStatement) await client.query('DISCARD ALL');
      await client.query(statement);
    }) as (client: pg.ClientBase) => void,
  });
  clientsOf.set(pool, clients);
  return pool;
}

/** Milliseconds without traffic after which the system probes the connection. */
const KEEP_ALIVE = 10_000;

/** Milliseconds that an answer may take beyond `statement_timeout`, with which Postgres ends a statement. */
const SLACK = 5_000;

const clientsOf = new WeakMap<pg.Pool, Set<PatientClient>>();

/** Cuts every connection of a pool. Queries in flight and waiting callers fail at once. */
export function cutConnections(pool: pg.Pool): void {
  // After `end()`, `pg` leaves waiting callers pending.
  const { _pendingQueue: waiting } = pool as unknown as {
    _pendingQueue: { callback: (error: Error) => void }[];
  };
  for (const { callback } of waiting.splice(0)) callback(connectionCut());
  for (const client of clientsOf.get(pool) ?? []) client.cut();
}

function sessionSettings(schema: string, own: PoolOptions['settings']): Record<string, string> {
  const ownTexts = Object.entries(own).map(([name, value]) => [name, String(value)]);
  return { ...pinned, search_path: searchPath(schema), ...Object.fromEntries(ownTexts) };
}

/**
 * Creates a client class whose startup message contains exactly our settings. `pg` would add values of PGOPTIONS,
 * PGAPPNAME and PGREPLICATION.
 */
function clientOf(
  options: PoolOptions,
  address: DatabaseAddress,
  settings: Record<string, string>,
  clients: Set<PatientClient>,
) {
  const { statement_timeout: limit } = options.settings;
  const patience = { first: options.connectionTimeout, later: limit === 0 ? 0 : limit + SLACK };
  return class PinnedClient extends PatientClient {
    constructor(config?: pg.ClientConfig) {
      super(patience, config);
      clients.add(this);
      this.once('end', () => clients.delete(this));
    }

    getStartupConf(): Record<string, string | undefined> {
      return {
        user: this.user,
        database: this.database,
        application_name: options.applicationName,
        ...(address.startupOptions === undefined ? {} : { options: address.startupOptions }),
        ...settings,
      };
    }
  };
}

/** Sets what the startup message cannot: settings that the server may not know, and all those in `settings`. */
function settingStatement(settings: Record<string, string>): string {
  const always = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', ${pg.escapeLiteral(value)}, false)`,
  );
  const ifKnown = Object.entries(pinnedIfKnown).map(
    ([name, value]) =>
      `CASE WHEN current_setting('${name}', true) IS NOT NULL THEN set_config('${name}', '${value}', false) END`,
  );
  return `SELECT ${[...always, ...ifKnown].join(', ')}`;
}
