import pg from 'pg';
import { type DatabaseAddress, databaseAddress } from './address.ts';
import { pinned, pinnedIfKnown, searchPath } from './settings.ts';

/** One pool of connections to a database. */
export interface PoolOptions {
  url: string;
  /** Connections at most. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Milliseconds to wait for a free connection, or for a new one. */
  connectionTimeout: number;
  /** Milliseconds after which an unused connection is closed; 0: never. Default 10,000. */
  idleTimeout?: number;
  /** Settings of each session besides the pinned ones, in milliseconds where they are times. */
  settings: {
    statement_timeout: number;
    lock_timeout: number;
    idle_in_transaction_session_timeout: number;
  } & Record<string, string | number>;
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
  return new pg.Pool({
    connectionString: address.url,
    // Set here, these win over the environment.
    client_encoding: 'utf8',
    ...(/[?&]ssl(mode=disable|=0|=false)(&|$)/.test(address.url)
      ? { sslnegotiation: 'postgres' as const }
      : {}),
    max: options.max,
    connectionTimeoutMillis: options.connectionTimeout,
    ...(options.idleTimeout === undefined ? {} : { idleTimeoutMillis: options.idleTimeout }),
    keepAlive: true,
    ...(options.types ? { types: options.types } : {}),
    Client: clientOf(address, options.applicationName, settings),
    // The pool waits for the promise, which its types do not say.
    onConnect: setIfKnown as (client: pg.ClientBase) => void,
  });
}

/** The name and value of everything that a session sets. */
function sessionSettings(schema: string, own: PoolOptions['settings']): Record<string, string> {
  const ownTexts = Object.entries(own).map(([name, value]) => [name, String(value)]);
  return { ...pinned, search_path: searchPath(schema), ...Object.fromEntries(ownTexts) };
}

/**
 * A client whose startup message holds exactly what we say. That of `pg` has values of PGOPTIONS, PGAPPNAME and
 * PGREPLICATION in it. A pooler that refuses startup parameters needs the settings as SET statements in `onConnect`.
 */
function clientOf(address: DatabaseAddress, applicationName: string, settings: Record<string, string>) {
  return class PinnedClient extends pg.Client {
    getStartupConf(): Record<string, string | undefined> {
      return {
        user: this.user,
        database: this.database,
        application_name: applicationName,
        ...(address.startupOptions === undefined ? {} : { options: address.startupOptions }),
        ...settings,
      };
    }
  };
}

const setIfKnownSql = `SELECT ${Object.entries(pinnedIfKnown)
  .map(
    ([name, value]) =>
      `CASE WHEN current_setting('${name}', true) IS NOT NULL THEN set_config('${name}', '${value}', false) END`,
  )
  .join(', ')}`;

const setIfKnown = (client: pg.ClientBase): Promise<unknown> => client.query(setIfKnownSql);
