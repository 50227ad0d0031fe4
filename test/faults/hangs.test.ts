import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describeWithS3 } from '@modelbox/blobs/testing';
import { isUnavailable, openDatabase } from '@modelbox/db';
import { createTestDatabase, type TestDatabase } from '@modelbox/db/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../packages/blobs/src/testing/tcp-proxy.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

/* A database or a store that accepts requests and never answers. */

vi.setConfig({ testTimeout: 120_000 });
const long = { timeout: 60_000, interval: 100 };

let database: TestDatabase;
let proxy: TcpProxy;
let url: string;
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(`http://${new URL(database.url).host}`);
  const through = new URL(database.url);
  through.host = new URL(proxy.endpoint).host;
  url = through.href;
});
afterEach(async () => {
  await cleanUp();
  proxy.close();
  await database.drop();
});

const create = (server: string) =>
  fetch(`${server}/v1/models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ namespace: 'ai', name: 'yolo' }),
  });

test('a query without an answer fails, and its connection is not used again', async () => {
  const db = openDatabase({ url, statementTimeout: 100, listTimeout: 100, poolSize: 4 });
  const ask = [
    () => db.requests.query('SELECT 1'),
    () => db.lists.query({ name: 'one', text: 'SELECT 1' }),
    () => db.prisma.$queryRaw`SELECT 1`,
    () => db.prisma.$transaction(async (tx) => tx.$queryRaw`SELECT 1`),
  ];
  for (const each of ask) await each();
  const client = await db.background.connect();
  await client.query('BEGIN');
  proxy.stall(true);
  const failures = await Promise.all(
    [...ask, () => client.query('COMMIT')].map((each) =>
      Promise.resolve(each()).then(
        () => 'answered',
        (error: unknown) => isUnavailable(error),
      ),
    ),
  );
  client.release();
  expect(failures).toEqual([true, true, true, true, true]);
  proxy.stall(false);
  for (const each of ask) await each();
  expect((await db.background.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  proxy.stall(true);
  await db.close();
});

test('a cut fails queries in flight and queries that wait for a connection', async () => {
  const db = openDatabase({ url, statementTimeout: 600_000, connectionTimeout: 600_000, poolSize: 4 });
  await db.background.query('SELECT 1');
  proxy.stall(true);
  const asked = Array.from({ length: 3 }, () =>
    db.background.query('SELECT 1').then(
      () => 'answered',
      (error: unknown) => isUnavailable(error),
    ),
  );
  expect(db.background.waitingCount).toBe(3);
  await expect.poll(() => db.background.waitingCount).toBe(2);
  db.cut();
  expect(await Promise.all(asked)).toEqual([true, true, true]);
});

test('requests get 503 while the database hangs, and the server works again when it answers', async () => {
  const server = runServer({
    DATABASE_URL: url,
    MODELBOX_DATA_DIR: newFolder(),
    MODELBOX_QUERY_TIMEOUT: 'PT2S',
    MODELBOX_SHUTDOWN_TIMEOUT: 'PT2S',
  });
  const at = await server.url;
  expect((await create(at)).status).toBe(201);
  const list = () => fetch(`${at}/v1/models?filter=${encodeURIComponent("name = 'yolo'")}`);
  expect((await list()).status).toBe(200);

  proxy.stall(true);
  const hanging = await list();
  expect({ status: hanging.status, retryAfter: hanging.headers.get('retry-after') }).toEqual({
    status: 503,
    retryAfter: '1',
  });
  expect((await fetch(`${at}/readyz`)).status).toBe(503);
  expect((await fetch(`${at}/healthz`)).status).toBe(200);

  proxy.stall(false);
  await expect.poll(async () => (await fetch(`${at}/readyz`)).status, long).toBe(200);
  expect((await list()).status).toBe(200);

  proxy.stall(true);
  const late = create(at);
  await expect.poll(async () => (await fetch(`${at}/readyz`)).status, long).toBe(503);
  server.child.kill('SIGTERM');
  const answer = await late;
  expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
    status: 503,
    retryAfter: '1',
  });
  expect(await server.ended).toBe(0);
});

test('a server does not start on a database that accepts connections and never answers, and says so', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const server = runServer({
    DATABASE_URL: `postgres://me@127.0.0.1:${port}/modelbox`,
    MODELBOX_DATA_DIR: newFolder(),
  });
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(
    new RegExp(`The Postgres at 127.0.0.1:${port} .*cannot be used: .*timeout`),
  );
  silent.close();
});

await describeWithS3('an S3 server that hangs', (bucket) => {
  test('does not keep the server from stopping', async () => {
    const { endpoint = '', credentials, bucket: name, prefix } = bucket.options();
    const line = await startTcpProxy(endpoint);
    const server = runServer({
      DATABASE_URL: url,
      MODELBOX_DATA_DIR: newFolder(),
      MODELBOX_BLOBS: `s3://${name}/${prefix}`,
      MODELBOX_S3_ENDPOINT: line.endpoint,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      MODELBOX_SHUTDOWN_TIMEOUT: 'PT2S',
    });
    const at = await server.url;
    expect((await create(at)).status).toBe(201);
    line.stall(true);
    const upload = fetch(`${at}/v1/models/ai%2Fyolo/files/a.bin`, { method: 'PUT', body: 'content' }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    await expect
      .poll(async () => (await fetch(`${at}/metrics`)).text(), long)
      .toMatch(/^modelbox_uploads_running 1$/m);
    server.child.kill('SIGTERM');
    expect(['cut off', 503]).toContain(await upload);
    expect([0, 1]).toContain(await server.ended);
    line.close();
  });
});
