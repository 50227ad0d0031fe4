import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@modelbox/db';
import pg from 'pg';

/** Databases on one Postgres, which writes to a disk and waits for it. */
export interface Databases {
  /** The process of the Postgres. */
  readonly postmaster: number;
  readonly version: string;
  /** A new, migrated database; gives its connection string. */
  create(name: string): Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts the embedded Postgres in a temporary folder, with the settings that `npm start` gives it. */
export async function startDatabases(): Promise<Databases> {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelbox-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, durable: true });
  const version = await onDatabase(postgres.connectionString, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  });
  let stopping: Promise<void> | undefined;
  return {
    postmaster: postgres.pid(),
    version,
    create: async (name) => {
      await onDatabase(postgres.connectionString, (client) => client.query(`CREATE DATABASE ${name}`));
      const url = new URL(postgres.connectionString);
      url.pathname = `/${name}`;
      await migrate({ url: url.href });
      return url.href;
    },
    stop: () => {
      stopping ??= postgres.stop().then(() => rmSync(dataDir, { recursive: true, force: true }));
      return stopping;
    },
  };
}

/** Works on a connection of its own. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Rows in each table, to prove that both sides have written the same. */
export async function rowCounts(url: string, tables: readonly string[]): Promise<number[]> {
  return onDatabase(url, async (client) => {
    const counts: number[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
      counts.push(Number(rows[0]?.count));
    }
    return counts;
  });
}
