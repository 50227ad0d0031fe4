import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { cleanUp, isAlive, newFolder, runServer } from './process.ts';

vi.setConfig({ testTimeout: 120_000 });
// Each test has its own servers and mostly waits, so the tests run concurrently.
afterAll(cleanUp);

async function start(settings: Record<string, string> = {}) {
  const dataDir = settings['MODELBOX_DATA_DIR'] ?? newFolder();
  const server = runServer({ MODELBOX_DATA_DIR: dataDir, ...settings });
  const url = await server.url;
  const created = await fetch(`${url}/v1/models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ namespace: 'ai', name: 'yolo' }),
  });
  expect(created.status).toBe(201);
  const postmaster = Number(
    readFileSync(join(dataDir, 'postgres/postgres/postmaster.pid'), 'utf8').split('\n')[0],
  );
  return { ...server, url, postmaster };
}

/** Sends only a part of an upload. */
function beginUpload(url: string): ClientRequest {
  const upload = request(`${url}/v1/models/ai%2Fyolo/files/slow.bin`, { method: 'PUT' });
  upload.write('the first half, ');
  return upload;
}

const isOpen = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const uploadsRun = (url: string) => async () =>
  /^modelbox_uploads_running 1$/m.test(await (await fetch(`${url}/metrics`)).text());

test.concurrent.for(['SIGTERM', 'SIGINT'] as const)(
  'on %s a request in flight succeeds, new connections are refused, and nothing stays behind',
  async (signal, { expect }) => {
    const server = await start();
    const upload = beginUpload(server.url);
    const response = once(upload, 'response') as Promise<[IncomingMessage]>;
    await expect.poll(uploadsRun(server.url), { timeout: 20_000 }).toBe(true);
    const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(idle, 'connect');

    server.child.kill(signal);
    await expect.poll(() => isOpen(server.url), { timeout: 20_000 }).toBe(false);
    upload.end('the second half');
    const [answer] = await response;
    expect(answer.statusCode).toBe(201);
    answer.resume();
    expect(await server.ended).toBe(0);
    expect(isAlive(server.postmaster)).toBe(false);
    expect(server.output()).toContain('stopped');
  },
);

test.concurrent('an upload that does not end in time is cut off', async ({ expect }) => {
  const server = await start({ MODELBOX_SHUTDOWN_TIMEOUT: 'PT0.3S' });
  const upload = beginUpload(server.url);
  const cut = once(upload, 'error');
  await expect.poll(uploadsRun(server.url), { timeout: 20_000 }).toBe(true);
  server.child.kill('SIGTERM');
  await cut;
  expect(await server.ended).toBe(0);
  expect(isAlive(server.postmaster)).toBe(false);
});

test.concurrent.for([
  ['SIGINT', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
] as const)(
  'after %s a second signal, %s, stops the server at once',
  async ([first, second, code], { expect }) => {
    const server = await start();
    const upload = beginUpload(server.url);
    upload.on('error', () => {});
    await expect.poll(uploadsRun(server.url), { timeout: 20_000 }).toBe(true);
    server.child.kill(first);
    await expect.poll(server.output, { timeout: 20_000 }).toContain('a second signal');
    server.child.kill(second);
    expect(await server.ended).toBe(code);
    await expect.poll(() => isAlive(server.postmaster), { timeout: 20_000 }).toBe(false);
  },
);

test.concurrent('a Postgres that hangs does not keep the server from stopping, and loses no answered write', async ({
  expect,
}) => {
  const settings = { MODELBOX_DATA_DIR: newFolder(), MODELBOX_SHUTDOWN_TIMEOUT: 'PT2S' };
  const server = await start(settings);
  process.kill(server.postmaster, 'SIGSTOP');
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(isAlive(server.postmaster)).toBe(false);
  const again = runServer(settings);
  expect((await fetch(`${await again.url}/v1/models/ai%2Fyolo`)).status).toBe(200);
  again.child.kill('SIGTERM');
  expect(await again.ended).toBe(0);
});
