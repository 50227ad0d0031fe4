import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPostmasterOf } from '../embedded/postmaster-pid.ts';
import { clusterDirOf } from '../embedded/start.ts';
import { createTestDatabase, type EmbeddedPostgres, startTestPostgres, startTestServer } from './index.ts';

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Runs a script in a process of its own until its first line, then kills it; gives the line. */
async function runAndKill(script: string): Promise<string> {
  const prelude = `import * as testing from ${JSON.stringify(import.meta.resolve('./test-server.ts'))};
    import * as postgres from ${JSON.stringify(import.meta.resolve('./postgres.ts'))};`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return line;
}

test('each database is migrated, empty and its own', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await query(one.url, 'CREATE TABLE mine (id int)');
  expect(await query(two.url, "SELECT to_regclass('mine') AS mine")).toEqual([{ mine: null }]);
  const migrated = 'SELECT count(*) > 0 AS yes FROM _prisma_migrations';
  expect(await query(two.url, migrated)).toEqual([{ yes: true }]);
  await Promise.all([one.drop(), two.drop()]);
  await expect(query(one.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
});

test('a database is dropped whoever is still connected', async () => {
  const { url, drop } = await createTestDatabase({ empty: true });
  const client = new pg.Client({ connectionString: url });
  const lost: unknown[] = [];
  client.on('error', (error) => lost.push(error));
  await client.connect();
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  await drop();
  await ended;
  expect(lost[0]).toMatchObject({ code: '57P01' });
});

test('a killed run’s Postgres is stopped and removed by the next', async () => {
  const line = await runAndKill(`
    const server = await postgres.startTestPostgres({ durable: false });
    console.log(JSON.stringify({ dataDir: server.dataDir, pid: server.pid() }));`);
  const { dataDir, pid } = JSON.parse(line) as { dataDir: string; pid: number };
  expect(existsSync(dataDir)).toBe(true);
  const next = await startTestPostgres({ durable: false });
  expect(isPostmasterOf(clusterDirOf(dataDir), pid)).toBe(false);
  expect(existsSync(dataDir)).toBe(false);
  await next.stop();
  expect(existsSync(next.dataDir)).toBe(false);
});

describe('on a Postgres of somebody else', () => {
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres({ durable: false });
  });
  afterAll(() => postgres.stop());

  const left = () =>
    query(postgres.connectionString, "SELECT datname FROM pg_database WHERE datname LIKE '%test%'");

  test('nothing is left behind', async () => {
    const server = await startTestServer(postgres.connectionString);
    const name = await server.createDatabase();
    await server.createDatabase({ empty: true });
    expect(await query(server.url(name), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(await left()).toHaveLength(3);
    await server.close();
    expect(await left()).toEqual([]);
  });

  test('a killed run’s databases go with the next run, a living one’s stay', async () => {
    const living = await startTestServer(postgres.connectionString);
    await living.createDatabase({ empty: true });
    await runAndKill(`
      const server = await testing.startTestServer(${JSON.stringify(postgres.connectionString)});
      console.log(await server.createDatabase());`);
    expect(await left()).toHaveLength(3);
    // The dead run's lock goes when Postgres sees its connection broken, which is at once but not at that instant.
    await expect
      .poll(async () => {
        await (await startTestServer(postgres.connectionString)).close();
        return left();
      })
      .toHaveLength(1);
    await living.close();
  });
});
