import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@modelbox/db/testing';
import { Pool } from 'pg';
import { afterAll, expect, test, vi } from 'vitest';
import { oldPostgres } from './old-postgres.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

vi.setConfig({ testTimeout: 120_000 });
// Each test has its own servers and mostly waits, so the tests run concurrently.
afterAll(cleanUp);

/** Runs a server that must not start; returns its output. */
async function refusal(settings: Record<string, string>, args: string[] = []): Promise<string> {
  const server = runServer({ MODELBOX_DATA_DIR: newFolder(), ...settings }, args);
  const code = await server.ended;
  expect({ code, output: server.output() }).toMatchObject({ code: 1 });
  // Operators get a sentence instead of a stack.
  expect(server.output()).not.toMatch(/\n\s+at /);
  return server.output();
}

test.concurrent('a port that is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const output = await refusal({ MODELBOX_PORT: `${port}` });
  expect(output).toContain('ModelBox did not start.');
  expect(output).toMatch(new RegExp(`${port}: another process listens there. .*MODELBOX_PORT`));
  other.close();
});

test.concurrent('a data folder that another server uses', async () => {
  const settings = { MODELBOX_DATA_DIR: newFolder() };
  const first = runServer(settings);
  await first.url;
  const output = await refusal(settings);
  expect(output).toMatch(/is in use by another server \(process \d+\).*MODELBOX_DATA_DIR.*DATABASE_URL/s);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});

test.concurrent('a data folder that cannot be created', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  expect(await refusal({ MODELBOX_DATA_DIR: join(file, 'data') })).toContain(file);
});

test.concurrent('a DATABASE_URL at which nobody answers', async () => {
  const output = await refusal({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/modelbox' });
  expect(output).toMatch(/The Postgres at 127.0.0.1:1 cannot be used: connect ECONNREFUSED/);
  expect(output).not.toContain('hunter2');
});

test.concurrent('a DATABASE_URL with a wrong password, or without such a database', async () => {
  const { url, drop } = await createTestDatabase();
  const wrong = new URL(url);
  wrong.password = 'hunter2';
  const output = await refusal({ DATABASE_URL: wrong.href });
  expect(output).toMatch(/cannot be used: password authentication failed/);
  expect(output).not.toContain('hunter2');
  const missing = new URL(url);
  missing.pathname = '/nosuch';
  expect(await refusal({ DATABASE_URL: missing.href })).toMatch(
    /The Postgres at 127.0.0.1:\d+ cannot be used: database "nosuch" does not exist/,
  );
  await drop();
});

test.concurrent('a Postgres that is too old', async () => {
  const old = await oldPostgres(140_010);
  const output = await refusal({ DATABASE_URL: `postgres://me@127.0.0.1:${old.port}/modelbox` });
  expect(output).toContain('has version 14; ModelBox needs 15 or newer.');
  old.close();
});

test.concurrent('a database that a newer release has migrated, unless the operator allows it', async () => {
  const { url, drop } = await createTestDatabase();
  const pool = new Pool({ connectionString: url });
  await pool.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES ('newer', '', now(), '99990101000000_contract_newer', now(), 1)`,
  );
  await pool.end();
  expect(await refusal({ DATABASE_URL: url })).toContain(
    'does not know the migration 99990101000000_contract_newer: start the newer release, or',
  );
  const settings = { MODELBOX_DATA_DIR: newFolder(), MODELBOX_ALLOW_NEWER_SCHEMA: 'true' };
  const server = runServer({ DATABASE_URL: url, ...settings });
  expect((await fetch(`${await server.url}/readyz`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await drop();
});

test.concurrent('npm run migrate makes a database current, or says in a sentence why it cannot', async () => {
  const entry = join(import.meta.dirname, '../../apps/server/src/bin/modelbox-migrate.ts');
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [entry], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const { url, drop } = await createTestDatabase({ empty: true });
  expect((await run({ DATABASE_URL: url })).stdout).toContain('_initial');
  expect(await run({ DATABASE_URL: url })).toEqual({
    stdout: 'The database is current. Applied migrations: none.\n',
    stderr: '',
  });
  const pool = new Pool({ connectionString: url });
  // A database that `prisma migrate deploy` made has no functions.
  await pool.query('DROP TABLE _applied_functions; DROP FUNCTION uuid_nil');
  await run({ DATABASE_URL: url });
  expect((await pool.query('SELECT uuid_nil() AS id')).rows).toHaveLength(1);
  await pool.query("UPDATE _prisma_migrations SET migration_name = '99990101000000_contract_newer'");
  await pool.end();
  for (const [settings, words] of [
    [{}, 'Set DATABASE_URL.'],
    [{ DATABASE_URL: url }, 'does not know the migration 99990101000000_contract_newer: '],
  ] as const) {
    const failed = (await run(settings).catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  }
  await drop();
});

test.concurrent('a DATABASE_URL whose password is not percent-encoded', async () => {
  const output = await refusal({ DATABASE_URL: 'postgres://u:p@secret/w%r#d@127.0.0.1:1/db' });
  expect(output).toMatch(/DATABASE_URL must be .* percent-encoded/);
  expect(output).not.toMatch(/secret|w%r/);
});

test.concurrent('the embedded Postgres ignores shell variables for other programs', async () => {
  const server = runServer({
    MODELBOX_DATA_DIR: newFolder(),
    ...{
      PGSSLMODE: 'require',
      PGSSLNEGOTIATION: 'direct',
      PGHOST: 'nowhere.invalid',
      PGUSER: 'nobody',
      PGPORT: '1',
    },
    ...{
      PGOPTIONS: '-c datestyle=SQL,DMY -c default_transaction_read_only=on',
      PGTZ: 'Asia/Kolkata',
      PGAPPNAME: 'x',
    },
    ...{
      PGDATABASE: 'x',
      PGPASSWORD: 'x',
      PGREPLICATION: 'database',
      PGCLIENTENCODING: 'LATIN1',
      TZ: 'Asia/Kolkata',
    },
  });
  const url = await server.url;
  const body = JSON.stringify({ namespace: 'a', name: 'm' });
  const headers = { 'content-type': 'application/json' };
  const made = await fetch(`${url}/v1/models`, { method: 'POST', body, headers });
  expect(made.status).toBe(201);
  const { createdAt } = (await made.json()) as { createdAt: string };
  expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(600_000);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

test.concurrent('all invalid settings together, before anything starts', async () => {
  const dataDir = newFolder();
  const output = await refusal(
    {
      MODELBOX_DATA_DIR: dataDir,
      MODELBOX_PORT: 'http',
      MODELBOX_BODY_LIMT: '1MiB',
      DATABASE_URL: 'mysql://me:hunter2@x/y',
    },
    ['--log-level', 'loud'],
  );
  expect(output).toContain('MODELBOX_PORT must be an integer from 0 to 65535, not "http".');
  expect(output).toContain('MODELBOX_BODY_LIMT is not a setting; see --help for the list of settings.');
  expect(output).toContain(
    '--log-level must be fatal, error, warn, info, debug, trace or silent, not "loud".',
  );
  expect(output).toMatch(/DATABASE_URL must be a URL such as \S+ that begins with postgres:\/\/\./);
  expect(output).not.toContain('hunter2');
  expect(readdirSync(dataDir)).toEqual([]);
});

test.concurrent('a public address without the consent of the operator', async () => {
  expect(await refusal({ MODELBOX_HOST: '0.0.0.0' })).toContain(
    'Set MODELBOX_AUTH=tokens, or MODELBOX_ALLOW_REMOTE=true',
  );
});

test.concurrent('--help and --version print their text and start nothing', async () => {
  for (const [flag, words] of [
    ['--help', /MODELBOX_DATA_DIR/],
    ['--version', /^\d+\.\d+\.\d+\n$/],
  ] as const) {
    const server = runServer({ MODELBOX_PORT: 'wrong' }, [flag]);
    expect(await server.ended).toBe(0);
    expect(server.output()).toMatch(words);
  }
});
