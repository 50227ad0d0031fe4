import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@modelbox/db';
import pg from 'pg';

/** Databases on one Postgres with a durable disk. */
export interface Databases {
  readonly postmaster: number;
  readonly version: string;
  create(name: string): Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts the embedded Postgres in a temporary folder, with the settings of `npm start`. */
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

export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

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
