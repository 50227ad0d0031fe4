import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConflictError,
  ModelBox,
  NotFoundError,
  PreconditionFailedError,
  UnprocessableError,
} from '@modelbox/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar } from '../../testing/archives.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
let client: ModelBox;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  client = new ModelBox({ baseUrl: server.url });
  folder = await mkdtemp(join(tmpdir(), 'modelbox-client-'));
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const newModel = () =>
  client.models.create({ namespace: 'ai/vision', name: `m-${randomBytes(6).toString('hex')}` });

test('from a run to a name that pipelines resolve', async () => {
  const run = await client.experiments.create({
    namespace: 'ai/vision',
    name: 'run-1',
    framework: 'pytorch',
  });
  for (const epoch of [1, 2, 3]) {
    await client.experiments.checkpoints.create('ai/vision/run-1', {
      epoch,
      metrics: { val_accu: epoch / 10, loss: epoch === 1 ? 'NaN' : 1 / epoch },
      files: [`s3://bucket/run-1/${epoch}.pt`],
    });
  }
  const latest = await client.experiments.checkpoints.latest(run.id);
  expect(latest).toMatchObject({ epoch: 3, status: 'ready', metrics: { val_accu: 0.3 } });
  const best = await client.experiments.checkpoints.list(run.id, {
    orderBy: 'metrics.val_accu DESC',
    limit: 1,
  });
  expect(best.items[0]?.id).toBe(latest.id);

  const model = await newModel();
  const version = await client.checkpoints.promote(latest.id, {
    model: model.id,
    version: 'v1',
    aliases: ['prod'],
  });
  const reference = `ai/vision/${model.name}@prod`;
  const resolved = await client.resolve(reference);
  expect(resolved).toMatchObject({ reference: `ai/vision/${model.name}:v1`, version: { id: version.id } });
  expect(resolved.files.map(({ uri, url }) => [uri, url])).toEqual([
    ['s3://bucket/run-1/3.pt', 's3://bucket/run-1/3.pt'],
  ]);
  expect((await client.versions.get(reference)).id).toBe(version.id);
  const lineage = await client.versions.lineage(version.id);
  expect(lineage.nodes.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['version', 'checkpoint', 'experiment']),
  );
});

test('an alias moves, is checked with expect, rolled back, and has a history', async () => {
  const model = await newModel();
  for (const version of ['v1', 'v2']) await client.models.versions.create(model.id, { version, files: [] });
  await client.models.aliases.set(model.id, 'prod', { version: 'v1', expect: null });
  const late = client.models.aliases.set(model.id, 'prod', { version: 'v2', expect: 'v2' });
  await expect(late).rejects.toBeInstanceOf(PreconditionFailedError);
  await client.models.aliases.set(model.id, 'prod', { version: 'v2', expect: 'v1' });
  expect(await client.models.aliases.rollback(model.id, 'prod')).toMatchObject({
    alias: 'prod',
    version: 'v1',
  });
  const moves: (string | null)[] = [];
  for await (const move of client.models.aliases.history(model.id, 'prod', { limit: 2 })) moves.push(move.to);
  expect(moves).toEqual(['v1', 'v2', 'v1']);
  await client.models.aliases.delete(model.id, 'prod');
  await expect(client.models.aliases.get(model.id, 'prod')).rejects.toBeInstanceOf(NotFoundError);
});

test('a list yields every item exactly once', async () => {
  const model = await newModel();
  const names = Array.from({ length: 7 }, (_, index) => `v${index}`);
  for (const version of names) await client.models.versions.create(model.id, { version });
  const found: string[] = [];
  for await (const { version } of client.models.versions.list(model.id, { limit: 3 })) found.push(version);
  expect(found.sort()).toEqual(names);
});

test('a write retried after a lost answer happens once, with the same answer', async () => {
  let lost = 0;
  const losing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    lost += 1;
    if (lost > 1) return response;
    await response.arrayBuffer();
    throw new TypeError('fetch failed', { cause: new Error('the connection broke') });
  };
  const unlucky = new ModelBox({ baseUrl: server.url, fetch: losing });
  const model = await newModel();
  const answer = await unlucky.models.versions.create(model.id, { version: 'v1' }).withResponse();
  expect([answer.status, lost]).toEqual([201, 2]);
  expect((await client.models.versions.list(model.id)).items).toHaveLength(1);
});

test('a stale ETag is refused', async () => {
  const model = await newModel();
  const { data, etag } = await client.models.get(`ai/vision/${model.name}`).withResponse();
  expect(data.id).toBe(model.id);
  const ifMatch = etag ?? '';
  expect((await client.models.update(model.id, { tags: ['gold'] }, { ifMatch })).tags).toEqual(['gold']);
  await expect(client.models.update(model.id, { tags: [] }, { ifMatch })).rejects.toMatchObject({
    code: 'stale',
  });
});

test('an error names the field', async () => {
  const call = client.models.create({ namespace: 'ai', name: 'yolo', onwer: 'me' } as never);
  await expect(call).rejects.toBeInstanceOf(UnprocessableError);
  await expect(call).rejects.toMatchObject({ code: 'invalid', errors: [{ in: 'body', pointer: '/onwer' }] });
  await expect(client.models.get('ai/vision/none')).rejects.toMatchObject({
    requestId: expect.stringMatching(/./),
  });
});

describe('a file', () => {
  const content = randomBytes(5_000_003);
  const pending = async () => {
    const model = await newModel();
    return client.models.versions.create(model.id, { version: 'v1', aliases: ['prod'] });
  };

  test('is uploaded from a path and downloaded byte for byte', async () => {
    const version = await pending();
    await writeFile(join(folder, 'in.bin'), content);
    const path = 'weights/größe 1.onnx';
    const file = await client.versions.files.upload(version.id, path, join(folder, 'in.bin'), {
      role: 'model',
    });
    expect(file).toMatchObject({ path, role: 'model', sha256: hashOf(content), sizeBytes: content.length });
    expect((await client.versions.finalize(version.id)).status).toBe('ready');

    const reference = `ai/vision/${version.model}@prod`;
    await client.versions.files.download(reference, path).toFile(join(folder, 'out.bin'));
    expect(content.equals(await readFile(join(folder, 'out.bin')))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['in.bin', 'out.bin']);
    const part = await client.versions.files.download(reference, path, { range: { offset: 10, length: 5 } });
    expect([part.status, Buffer.from(await part.bytes())]).toEqual([206, content.subarray(10, 15)]);
    const whole = await client.versions.files.download(reference, path);
    expect([whole.sha256, whole.sizeBytes]).toEqual([hashOf(content), content.length]);
    await whole.cancel();
  });

  test('is downloaded with all others as one archive', async () => {
    const version = await pending();
    await client.versions.files.upload(version.id, 'a.bin', content);
    await client.versions.files.track(version.id, { files: ['s3://b/t.pt'] });
    await client.versions.finalize(version.id);
    await expect(client.versions.archive(version.id)).rejects.toMatchObject({ code: 'file_is_tracked' });
    const tar = await client.versions.archive(version.id, { tracked: 'skip' }).bytes();
    expect((await readTar([tar]))[0]?.content.equals(content)).toBe(true);
    const zip = await client.versions.archive(version.id, { tracked: 'skip', format: 'zip' });
    expect([zip.mediaType, zip.sha256]).toEqual(['application/zip', undefined]);
    await zip.cancel();
  });

  test('is uploaded from a stream of unknown length, and a repeat changes nothing', async () => {
    const version = await pending();
    const stream = () => new Blob([content]).stream();
    const first = await client.versions.files.upload(version.id, 'm.bin', stream()).withResponse();
    const second = await client.versions.files.upload(version.id, 'm.bin', stream()).withResponse();
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.data.sha256).toBe(hashOf(content));
  });

  test('that differs from its announced hash leaves nothing', async () => {
    const version = await pending();
    const call = client.versions.files.upload(version.id, 'm.bin', content, { sha256: '0'.repeat(64) });
    await expect(call).rejects.toMatchObject({ status: 422, code: 'checksum_mismatch' });
    expect((await client.versions.files.list(version.id)).items).toEqual([]);
  });

  test('for a version whose files are frozen is refused, however large', async () => {
    const version = await pending();
    await client.versions.finalize(version.id);
    const call = client.versions.files.upload(version.id, 'm.bin', Buffer.alloc(100_000_000));
    await expect(call).rejects.toBeInstanceOf(ConflictError);
    await expect(call).rejects.toMatchObject({ code: 'files_frozen' });
  });

  test('that is tracked returns its URI', async () => {
    const version = await pending();
    await client.versions.files.track(version.id, { files: ['s3://bucket/model.pt'] });
    const call = client.versions.files.download(version.id, 'model.pt');
    await expect(call).rejects.toMatchObject({
      code: 'file_is_tracked',
      problem: { uri: 's3://bucket/model.pt' },
    });
    await client.versions.files.delete(version.id, 'model.pt');
    await expect(client.versions.files.download(version.id, 'model.pt')).rejects.toBeInstanceOf(
      NotFoundError,
    );
  });
});

test('the client reads health and readiness of the server', async () => {
  expect((await client.system.health()).status).toBe('ok');
  expect((await client.system.ready()).ready).toBe(true);
  expect(await client.system.metrics()).toContain('# HELP');
  expect(await client.system.openapi()).toHaveProperty('openapi');
});
