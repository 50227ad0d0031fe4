import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createTestDatabase, type EmbeddedPostgres, startTestPostgres } from '@modelbox/db/testing';
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';
import { slowUpload } from './slow-upload.ts';
import { daysLater, storeFolder } from './store-folder.ts';

vi.setConfig({ testTimeout: 120_000 });
let postgres: EmbeddedPostgres | undefined;
afterEach(async () => {
  await cleanUp();
  await postgres?.stop();
  postgres = undefined;
});

const MiB = 2 ** 20;
const soon = { timeout: 20_000, interval: 100 };
const FILES = '/v1/models/ai%2Fyolo/files';

async function makeModel(url: string): Promise<void> {
  const created = await fetch(`${url}/v1/models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ namespace: 'ai', name: 'yolo' }),
  });
  expect(created.status).toBe(201);
}

const put = async (url: string, path: string, content: Uint8Array<ArrayBuffer>) => {
  const response = await fetch(`${url}${FILES}/${path}`, { method: 'PUT', body: content });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json(),
  };
};
const pathsAt = async (url: string): Promise<string[]> =>
  ((await (await fetch(`${url}${FILES}`)).json()) as { items: { path: string }[] }).items.map(
    ({ path }) => path,
  );
const download = async (url: string, path: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${url}${FILES}/${path}`)).arrayBuffer());

test('a server killed in the middle of an upload shows nothing of it, and the sweep removes the rest', async () => {
  const database = await createTestDatabase();
  const settings = { DATABASE_URL: database.url, MODELBOX_DATA_DIR: newFolder() };
  const server = runServer(settings);
  const url = await server.url;
  await makeModel(url);
  const kept = randomBytes(3 * MiB);
  expect((await put(url, 'kept.bin', kept)).status).toBe(201);
  const content = randomBytes(8 * MiB);
  const upload = slowUpload(`${url}${FILES}/cut.bin`, content.length);
  await upload.send(content.subarray(0, 5 * MiB));
  const folder = settings.MODELBOX_DATA_DIR;
  await expect.poll(() => storeFolder(folder).temporary.some((size) => size > MiB), soon).toBe(true);
  server.child.kill('SIGKILL');
  await server.ended;
  expect(await upload.end()).toBeUndefined();

  const again = runServer(settings);
  const next = await again.url;
  expect(await pathsAt(next)).toEqual(['kept.bin']);
  expect((await fetch(`${next}${FILES}/cut.bin`)).status).toBe(404);
  expect((await put(next, 'cut.bin', content)).status).toBe(201);
  expect((await download(next, 'cut.bin')).equals(content)).toBe(true);
  again.child.kill('SIGKILL');
  await again.ended;
  expect(storeFolder(folder).temporary).toHaveLength(1);

  await daysLater(2, settings, () => expect.poll(() => storeFolder(folder).temporary, soon).toEqual([]));
  const last = await runServer(settings).url;
  expect(await pathsAt(last)).toEqual(['cut.bin', 'kept.bin']);
  expect((await download(last, 'kept.bin')).equals(kept)).toBe(true);
  expect((await download(last, 'cut.bin')).equals(content)).toBe(true);
});

test('Postgres dies before the commit: 503, nothing incomplete, and a repeated upload succeeds', async () => {
  postgres = await startTestPostgres({ durable: true });
  const settings = { DATABASE_URL: postgres.connectionString, MODELBOX_DATA_DIR: newFolder() };
  const folder = settings.MODELBOX_DATA_DIR;
  const url = await runServer(settings).url;
  await makeModel(url);
  const content = randomBytes(4 * MiB);
  const upload = slowUpload(`${url}${FILES}/model.bin`, content.length);
  await upload.send(content.subarray(0, 3 * MiB));
  await expect.poll(() => storeFolder(folder).temporary.some((size) => size > MiB), soon).toBe(true);
  // Locks the model, so that the upload waits for it after its content is stored.
  const holder = new pg.Client({ connectionString: postgres.connectionString });
  holder.on('error', () => {});
  await holder.connect();
  await holder.query('BEGIN; SELECT 1 FROM models FOR UPDATE');
  await upload.send(content.subarray(3 * MiB));
  const answering = upload.end();
  await expect.poll(() => storeFolder(folder), soon).toEqual({ temporary: [], objects: [4 * MiB] });
  await postgres.kill();
  const answer = await answering;
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(answer?.headers['retry-after']).toBeDefined();
  await postgres.restart();

  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, soon).toBe(200);
  expect(await pathsAt(url)).toEqual([]);
  const sent = await put(url, 'model.bin', content);
  expect(sent).toMatchObject({
    status: 201,
    body: { sha256: createHash('sha256').update(content).digest('hex') },
  });
  // Whether the commit succeeded was unknown, so the first copy was left for the sweep.
  expect(storeFolder(folder).objects).toEqual([4 * MiB, 4 * MiB]);
  await daysLater(2, settings, () =>
    expect.poll(() => storeFolder(folder), soon).toEqual({ temporary: [], objects: [4 * MiB] }),
  );
  expect((await download(url, 'model.bin')).equals(content)).toBe(true);
});

// A filesystem of 16 MiB in a private mount namespace: needs a Linux that allows user namespaces.
const room = (path: string) => [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=16m tmpfs '${path}' && exec "$@"`, 'sh'],
];
const [unshare = '', ...rest] = room('/mnt');
const canMount = spawnSync(unshare, [...rest, 'true']).status === 0;
test.skipIf(!canMount)(
  'the disk is full: 503 storage_full, nothing stays behind, and smaller files still fit',
  async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const folder = newFolder();
    const server = runServer({ DATABASE_URL: databaseUrl, MODELBOX_DATA_DIR: folder }, [], room(folder));
    const url = await server.url;
    await makeModel(url);
    const content = randomBytes(10 * MiB);
    for (const path of ['announced.bin', 'again.bin']) {
      const upload = slowUpload(`${url}${FILES}/${path}`, 20 * MiB);
      await upload.send(randomBytes(20 * MiB));
      const answer = await upload.end();
      expect(answer).toMatchObject({ status: 503, body: { code: 'storage_full' } });
      expect(answer?.headers['retry-after']).toBeDefined();
    }
    expect(await pathsAt(url)).toEqual([]);
    // This file fits only if all space is free again.
    expect((await put(url, 'fits.bin', content)).status).toBe(201);
    expect((await put(url, 'more.bin', randomBytes(10 * MiB))).status).toBe(503);
    expect(await pathsAt(url)).toEqual(['fits.bin']);
    expect((await download(url, 'fits.bin')).equals(content)).toBe(true);
    // Metadata writes still work.
    expect((await fetch(`${url}/v1/models/ai%2Fyolo`)).status).toBe(200);
  },
);

test('clients that send too little, stall or send wrong digests are refused, and nothing stays behind', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const folder = newFolder();
  const settings = { DATABASE_URL: databaseUrl, MODELBOX_DATA_DIR: folder, MODELBOX_BODY_TIMEOUT: 'PT0.5S' };
  const url = await runServer(settings).url;
  await makeModel(url);
  const content = randomBytes(6 * MiB);
  const half = content.subarray(0, 3 * MiB);
  const begin = async (path: string, headers = {}) => {
    const upload = slowUpload(`${url}${FILES}/${path}`, content.length, headers);
    await upload.send(half);
    return upload;
  };

  const stalled = await begin('stalled.bin');
  const cut = await begin('cut.bin');
  await expect.poll(() => storeFolder(folder).temporary.length, soon).toBe(2);
  cut.hangUp();
  await expect.poll(() => storeFolder(folder), soon).toEqual({ temporary: [], objects: [] });
  stalled.hangUp();

  const digest = createHash('sha256').update(half).digest('base64');
  const lying = await begin('lying.bin', { 'content-digest': `sha-256=:${digest}:` });
  await lying.send(content.subarray(3 * MiB));
  expect(await lying.end()).toMatchObject({ status: 422, body: { code: 'checksum_mismatch' } });
  expect(storeFolder(folder)).toEqual({ temporary: [], objects: [] });
  expect(await pathsAt(url)).toEqual([]);
});
