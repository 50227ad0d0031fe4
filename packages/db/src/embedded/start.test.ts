import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { scratchRoot } from '../testing/scratch-root.ts';
import { isPostmasterOf, readPostmasterPid } from './postmaster-pid.ts';
import { clusterDirOf, type EmbeddedPostgres, startEmbeddedPostgres } from './start.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A folder that nobody else can enter, as below `/root`. */
function privateFolder(): string {
  const folder = mkdtempSync(join(scratchRoot(), 'modelbox-embedded-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data');
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir });
  cleanups.push(() => postgres.stop());
  return postgres;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A server process of its own on the data directory: it stops Postgres on SIGINT, as ours does. */
async function startOwner(dataDir: string): Promise<{ owner: ChildProcess; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./start.ts'))};
    const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    process.on('SIGINT', () => postgres.stop());
    console.log(postgres.connectionString);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = once(owner, 'exit');
  cleanups.push(() => {
    owner.kill('SIGINT');
    return exited;
  });
  const lines = createInterface({ input: owner.stdout as NodeJS.ReadableStream });
  const [url] = (await Promise.race([once(lines, 'line'), exited])) as [string];
  return { owner, url };
}

function postmaster(dataDir: string): number | undefined {
  const pid = readPostmasterPid(clusterDirOf(dataDir))?.pid;
  return pid !== undefined && isPostmasterOf(clusterDirOf(dataDir), pid) ? pid : undefined;
}

test('the data is there after a stop and a start', async () => {
  const dataDir = privateFolder();
  const first = await start(dataDir);
  await query(first.connectionString, 'CREATE TABLE t AS SELECT 1 AS n');
  await first.stop();
  expect(postmaster(dataDir)).toBeUndefined();

  const second = await start(dataDir);
  expect(await query(second.connectionString, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('it is durable, in UTF-8, ordered by code point, and lets in only who has the password', async () => {
  const dataDir = privateFolder();
  const { connectionString, logFile } = await start(dataDir);
  const settings = `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
    current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS listens,
    'Z' < 'a' AS ordered, lower('Ä') = 'ä' AS lowered`;
  expect(await query(connectionString, settings)).toEqual([
    { fsync: 'on', commit: 'on', encoding: 'UTF8', listens: '127.0.0.1', ordered: true, lowered: true },
  ]);
  expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
  expect(readFileSync(logFile, 'utf8')).toContain('ready to accept connections');

  const stranger = new URL(connectionString);
  stranger.password = 'guess';
  await expect(query(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
});

test(
  'a second server on the same data directory is rejected with the process of the first, also within one ' +
    'process',
  async () => {
    const dataDir = privateFolder();
    await start(dataDir);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'data_dir_in_use',
      message: expect.stringMatching(`${dataDir} is in use by another server \\(process ${process.pid}\\)`),
    });

    const held = privateFolder();
    const { owner } = await startOwner(held);
    await expect(startEmbeddedPostgres({ dataDir: held })).rejects.toThrow(`process ${owner.pid}`);
  },
);

test('Postgres killed under us comes back on the same port, with what was committed', async () => {
  const { connectionString, pid } = await start(privateFolder());
  await query(connectionString, 'CREATE TABLE t AS SELECT 1 AS n');
  const before = pid();
  process.kill(before, 'SIGKILL');
  await expect.poll(pid, { timeout: 20_000 }).not.toBe(before);
  expect(await query(connectionString, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('kill and restart, for fault tests', async () => {
  const postgres = await start(privateFolder());
  await query(postgres.connectionString, 'CREATE TABLE t AS SELECT 1 AS n');
  await postgres.kill();
  await expect(query(postgres.connectionString, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await postgres.restart();
  await postgres.restart();
  expect(await query(postgres.connectionString, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('Postgres survives its killed server, and the next server takes the data over', async () => {
  const dataDir = privateFolder();
  const { owner, url } = await startOwner(dataDir);
  await query(url, 'CREATE TABLE t AS SELECT 1 AS n');
  const orphan = postmaster(dataDir);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(postmaster(dataDir)).toBe(orphan);

  const next = await start(dataDir);
  expect(next.pid()).not.toBe(orphan);
  expect(await query(next.connectionString, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('server and Postgres killed at once', async () => {
  const dataDir = privateFolder();
  const { owner, url } = await startOwner(dataDir);
  await query(url, 'CREATE TABLE t AS SELECT 1 AS n');
  owner.kill('SIGKILL');
  process.kill(postmaster(dataDir) ?? 0, 'SIGKILL');
  await once(owner, 'exit');
  const next = await start(dataDir);
  expect(await query(next.connectionString, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
});

test('Ctrl-C reaches the server alone, which stops Postgres', async () => {
  const dataDir = privateFolder();
  const { owner } = await startOwner(dataDir);
  process.kill(-(owner.pid ?? 0), 'SIGINT');
  expect(await once(owner, 'exit')).toEqual([0, null]);
  expect(postmaster(dataDir)).toBeUndefined();
  expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down');
});

test('a postmaster.pid whose number is now a stranger’s is no obstacle, and the stranger lives', async () => {
  const dataDir = privateFolder();
  const first = await start(dataDir);
  const pidFile = join(clusterDirOf(dataDir), 'postmaster.pid');
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  await first.stop();
  const stranger = spawn('sleep', ['60']);
  cleanups.push(() => stranger.kill());
  writeFileSync(pidFile, [stranger.pid, ...lines.slice(1)].join('\n'));
  const second = await start(dataDir);
  expect(await query(second.connectionString, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('an interrupted initdb is removed', async () => {
  const dataDir = privateFolder();
  const left = join(dataDir, 'postgres.init-0badcafe');
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, 'PG_VERSION'), '18\n');
  writeFileSync(join(dataDir, 'postgres.password'), 'of the cluster that was never finished\n');
  await start(dataDir);
  expect(statSync(left, { throwIfNoEntry: false })).toBeUndefined();
});

test('a cluster of another version of Postgres is left alone', async () => {
  const dataDir = privateFolder();
  await (await start(dataDir)).stop();
  writeFileSync(join(clusterDirOf(dataDir), 'PG_VERSION'), '17\n');
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    code: 'data_dir_unusable',
    message: expect.stringContaining('written by Postgres 17'),
  });
});

test('if Postgres does not start, the error contains its output', async () => {
  const dataDir = privateFolder();
  await (await start(dataDir)).stop();
  writeFileSync(join(clusterDirOf(dataDir), 'postgresql.conf'), 'no_such_setting = 1\n');
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('no_such_setting'),
  });
});
