import { createHash } from 'node:crypto';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase } from '@modelbox/db/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, newFolder, runServer } from './process.ts';
import { canMount, diskOf, withDisk } from './small-disk.ts';

vi.setConfig({ testTimeout: 120_000 });
afterEach(cleanUp);

const MiB = 2 ** 20;
const OBJECTS = {
  models: { path: '/v1/models/d%2Fm' },
  versions: { path: '/v1/versions/d%2Fm:v1' },
  experiments: { path: '/v1/experiments/d%2Fe' },
  checkpoints: { path: '' },
};

test.skipIf(!canMount)('a full, a read-only and a missing file store', async () => {
  const { url: database, drop } = await createTestDatabase();
  const dataDir = newFolder();
  const blobs = join(dataDir, 'blobs');
  mkdirSync(blobs);
  const settings = { DATABASE_URL: database, MODELBOX_DATA_DIR: dataDir, MODELBOX_LOG_LEVEL: 'silent' };
  const server = runServer(settings, [], withDisk(blobs, 'size=24m,nr_inodes=2000'));
  const url = await server.url;
  const disk = diskOf(server.child.pid ?? 0, blobs);

  const send = async (method: string, path: string, body?: Buffer | object, headers = {}) => {
    const isBytes = body instanceof Buffer;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': isBytes ? 'application/octet-stream' : 'application/json', ...headers },
      ...(body && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };
  const putPart = (upload: string, number: number, bytes: Buffer) => {
    const digest = createHash('sha256').update(bytes).digest('base64');
    const headers = { 'content-digest': `sha-256=:${digest}:` };
    return send('PUT', `/v1/uploads/${upload}/parts/${number}`, bytes, headers);
  };
  const stateOfStore = async () => {
    const { status, body } = await send('GET', '/readyz');
    return { status, ready: body.ready, ...body.checks.blobs };
  };
  const everyUpload = async (): Promise<unknown[]> => {
    const answers = [];
    for (const [kind, { path }] of Object.entries(OBJECTS)) {
      const bytes = Buffer.alloc(MiB, kind);
      answers.push(await send('PUT', `${path}/files/new.bin`, bytes));
      answers.push(
        await send('POST', '/v1/uploads', { ...owner(kind), path: 'big.bin', sizeBytes: 6 * MiB }),
      );
    }
    answers.push(await putPart(upload, 2, part));
    return answers.map(({ status, body }) => ({ status, code: body.code, detail: body.detail }));
  };
  const owner = (kind: string) => ({ [kind.slice(0, -1)]: idOf.get(kind) });
  const idOf = new Map<string, string>();

  for (const [kind, path, body] of [
    ['models', '/v1/models', { namespace: 'd', name: 'm' }],
    ['versions', '/v1/models/d%2Fm/versions', { version: 'v1' }],
    ['experiments', '/v1/experiments', { namespace: 'd', name: 'e' }],
    ['checkpoints', '/v1/experiments/d%2Fe/checkpoints', { step: 1 }],
  ] as const)
    idOf.set(kind, (await send('POST', path, body)).body.id);
  OBJECTS.checkpoints.path = `/v1/checkpoints/${idOf.get('checkpoints')}`;
  const kept = Buffer.alloc(MiB, 'kept');
  expect((await send('PUT', '/v1/models/d%2Fm/files/kept.bin', kept)).status).toBe(201);
  const part = Buffer.alloc(MiB, 'part');
  const begun = { model: 'd/m', path: 'parts.bin', sizeBytes: 6 * MiB, partSizeBytes: 5 * MiB };
  const upload = (await send('POST', '/v1/uploads', begun)).body.id;
  expect((await putPart(upload, 1, Buffer.alloc(5 * MiB, 'part'))).status).toBe(200);
  expect(await stateOfStore()).toEqual({ status: 200, ready: true, ok: true, state: 'ok' });

  const before = disk.files();
  for (const what of ['bytes', 'names'] as const) {
    disk.fill(what);
    expect(await stateOfStore()).toMatchObject({ status: 200, ready: true, ok: true, state: 'full' });
    expect((await stateOfStore()).detail).toMatch(/full/);
    const full = { status: 503, code: 'storage_full', detail: expect.stringContaining('full') };
    // Starting an upload in parts stores no content, so it succeeds while file names are free.
    const answers = await everyUpload();
    if (what === 'names') expect(answers).toEqual(answers.map(() => full));
    else
      expect(answers).toEqual(
        answers.map((_, index) => (index % 2 === 1 ? expect.objectContaining({ status: 201 }) : full)),
      );
    expect(disk.files()).toEqual(before);
    expect((await send('GET', '/v1/models/d%2Fm/files/kept.bin')).status).toBe(200);
    expect((await send('POST', '/v1/models', { namespace: 'd', name: what })).status).toBe(201);
    disk.free();
    expect(await stateOfStore()).toMatchObject({ status: 200, state: 'ok' });
  }
  const metrics = (await send('GET', '/metrics')).body as string;
  expect(metrics).toMatch(/^modelbox_uploads_total\{outcome="full"\} 10$/m);
  expect(metrics).toMatch(/^modelbox_blob_store_state\{state="ok"\} 1$/m);
  expect(metrics).toMatch(/^modelbox_blob_store_free_bytes \d+$/m);

  disk.remount('ro');
  expect(await stateOfStore()).toMatchObject({ status: 200, ready: true, ok: true, state: 'read_only' });
  const refused = { status: 503, code: 'storage_read_only', detail: expect.stringContaining('read') };
  expect(await everyUpload()).toEqual(Array.from({ length: 9 }, () => refused));
  expect((await send('GET', '/v1/models/d%2Fm/files/kept.bin')).status).toBe(200);
  disk.remount('rw');
  expect(await stateOfStore()).toMatchObject({ status: 200, state: 'ok' });

  renameSync(join(disk.root, 'objects'), join(disk.root, 'away'));
  expect(await stateOfStore()).toMatchObject({ status: 503, ready: false, ok: false, state: 'unavailable' });
  expect((await send('GET', '/v1/models/d%2Fm/files/kept.bin')).status).toBe(503);
  renameSync(join(disk.root, 'away'), join(disk.root, 'objects'));

  for (const { path } of Object.values(OBJECTS))
    expect((await send('PUT', `${path}/files/new.bin`, Buffer.alloc(1000))).status).toBe(201);
  expect((await putPart(upload, 2, part)).status).toBe(200);
  expect((await send('POST', `/v1/uploads/${upload}/complete`)).status).toBe(200);

  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  await drop();
});
