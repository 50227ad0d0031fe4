import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortError, ChecksumError, ConflictError, ModelBox, type Upload } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { killedClient } from '../../testing/client-process.ts';
import { startProxy, type TestProxy } from '../../testing/proxy.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { verifyAll } from '../../testing/uploads.ts';
import type { Loop } from '../runtime/loop.ts';
import { startUploadVerify } from '../workers/store/upload-verify.ts';

const MIB = 2 ** 20;
/** Smallest size of a part. */
const PART = 5 * MIB;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Results in four parts, the last of seven bytes. */
const inParts = { partsFrom: PART, partSize: PART };
const ALL = [1, 2, 3, 4];
const PATIENT = { timeout: 25_000 };

/** Unique to each test, so that no other test has stored it. */
let content: Buffer;
let server: TestServer;
let workers: Loop[];
let proxy: TestProxy;
/** Sends its requests through the proxy. */
let client: ModelBox;
let folder: string;
let path: string;
let model: string;

beforeAll(async () => {
  server = await startTestServer();
  workers = startUploadVerify(server.ctx);
  proxy = await startProxy(server.url);
  client = new ModelBox({ baseUrl: proxy.url });
});
afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await Promise.all(workers?.map((worker) => worker.stop()) ?? []);
  await server?.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-uploads-'));
  path = join(folder, 'weights.bin');
  content = randomBytes(3 * PART + 7);
  await writeFile(path, content);
  model = (await client.models.create({ namespace: 'ai', name: `m-${randomBytes(6).toString('hex')}` })).id;
  proxy.fault = () => undefined;
  proxy.clear();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const upload = (options: object = {}) =>
  client.models.files.upload(model, 'weights.bin', path, { ...inParts, ...options });
const uploads = async (): Promise<Upload[]> => (await client.uploads.list({ model })).items;
/** The parts that passed the proxy, once for each time. */
const partsSent = () =>
  proxy.passed
    .flatMap(({ method, url }) => (method === 'PUT' ? [Number(/parts\/(\d+)$/.exec(url)?.[1])] : []))
    .sort((a, b) => a - b);
const arrived = async (id: string) => (await client.uploads.parts.list(id)).items.map(({ part }) => part);
const expectStored = async (bytes: Uint8Array = content) => {
  const stored = await client.models.files.download(model, 'weights.bin').bytes();
  expect(Buffer.from(bytes).equals(stored)).toBe(true);
};
async function killedUpload(bytes = 11 * MIB): Promise<Upload> {
  const program = `
    await client.models.files.upload(model, 'weights.bin', path, {
      ...${JSON.stringify(inParts)},
      parallel: 1,
      onProgress: (bytes) => { if (bytes > ${bytes}) kill(); },
    });`;
  await killedClient(program, { baseUrl: proxy.url, model, path });
  const [left] = await uploads();
  proxy.clear();
  return left as Upload;
}

describe('a large file', () => {
  test.each([
    ['a path', () => path],
    ['a Blob', () => new Blob([content])],
    ['bytes', () => content],
  ])('is sent in parts, several at a time, and verified as a whole: %s', async (_, source) => {
    const steps: number[] = [];
    const onProgress = (bytes: number, total: number | undefined) => void steps.push(bytes / (total ?? 0));
    const how = { ...inParts, role: 'model', contentType: 'application/x-Onnx', onProgress } as const;
    const file = await client.models.files.upload(model, 'weights.bin', source(), how);
    const stored = { path: 'weights.bin', role: 'model', mediaType: 'application/x-onnx', state: 'verified' };
    expect(file).toMatchObject({ ...stored, sizeBytes: content.length, sha256: hashOf(content) });
    await expectStored();
    expect(partsSent()).toEqual(ALL);
    expect(proxy.most).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe(1);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  test('is sent in parts without Node, as in browsers', async () => {
    const own = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule') ?? {};
    Object.defineProperty(process, 'getBuiltinModule', { ...own, value: undefined });
    try {
      const file = await client.models.files.upload(model, 'weights.bin', new Blob([content]), inParts);
      expect(file).toMatchObject({ state: 'verified', sha256: hashOf(content) });
    } finally {
      Object.defineProperty(process, 'getBuiltinModule', own);
    }
    expect(partsSent()).toEqual(ALL);
  });

  test('is sent in one request if it is small, empty or a stream', async () => {
    for (const source of [new Blob([]), new Blob(['small']), new Blob([content]).stream()]) {
      const stored = await client.models.files.upload(model, 'weights.bin', source, { partsFrom: 10 });
      expect(stored.state).toBe('verified');
    }
    expect(await uploads()).toEqual([]);
  });

  test('respects the limit on concurrent parts', async () => {
    await upload({ parallel: 2 });
    expect(proxy.most).toBeLessThanOrEqual(2);
    await expect(upload({ parallel: 0 })).rejects.toThrow('`parallel`');
  });

  test('is refused before anything is sent if it could not be stored', async () => {
    const version = await client.models.versions.create(model, { version: 'v1', files: [], status: 'ready' });
    const call = client.versions.files.upload(version.id, 'weights.bin', path, inParts);
    await expect(call).rejects.toBeInstanceOf(ConflictError);
    await expect(call).rejects.toMatchObject({ code: 'files_frozen' });
    expect(partsSent()).toEqual([]);
  });
});

describe('a failed transfer', () => {
  test('repeats only the failed part', async () => {
    const cut = new Set<string>();
    proxy.fault = ({ method, url }) => {
      if (method !== 'PUT' || !/parts\/[23]$/.test(url) || cut.has(url)) return undefined;
      cut.add(url);
      return { cutRequestAt: MIB };
    };
    await upload();
    await expectStored();
    expect(partsSent()).toEqual([1, 2, 2, 3, 3, 4]);
  });

  test('repairs a single flipped byte', async () => {
    let flips = 0;
    proxy.fault = ({ url }) =>
      url.endsWith('/parts/3') && ++flips === 1 ? { flipRequestAt: 99 } : undefined;
    await upload();
    await expectStored();
    expect(partsSent()).toEqual([1, 2, 3, 3, 4]);
  });

  test('that repeats is a ChecksumError, and the next call resumes', async () => {
    proxy.fault = ({ url }) => (url.endsWith('/parts/3') ? { flipRequestAt: 99 } : undefined);
    const call = upload({ maxRetries: 1, parallel: 1 });
    await expect(call).rejects.toBeInstanceOf(ChecksumError);
    await expect(call).rejects.toMatchObject({ expected: hashOf(content.subarray(2 * PART, 3 * PART)) });
    proxy.fault = () => undefined;
    proxy.clear();
    await upload();
    await expectStored();
    expect(partsSent()).toEqual([3, 4]);
  });

  test('is reported if the whole differs from its announced hash', async () => {
    const lie = hashOf(Buffer.from('another'));
    const call = upload({ sha256: lie });
    await expect(call).rejects.toBeInstanceOf(ChecksumError);
    await expect(call).rejects.toMatchObject({ expected: lie });
    await upload();
    await expectStored();
  });

  test('is reported if the file changes meanwhile', async () => {
    let changed = false;
    const onProgress = () => {
      if (!changed) appendFileSync(path, 'more');
      changed = true;
    };
    await expect(upload({ onProgress })).rejects.toThrow('changed while it was sent');
    expect(await uploads()).toMatchObject([{ state: 'open' }]);
    await upload();
    await expectStored(await readFile(path));
  });
});

describe('a process that is killed', () => {
  test('leaves an upload that the same call resumes: it sends only missing parts', async () => {
    const left = await killedUpload();
    expect(left).toMatchObject({ state: 'open', partCount: 4 });
    const there = await arrived(left.id);
    expect(there.length).toBeGreaterThanOrEqual(2);
    const steps: number[] = [];
    await upload({ parallel: 1, onProgress: (bytes: number) => void steps.push(bytes) });
    await expectStored();
    expect(partsSent()).toEqual(ALL.filter((part) => !there.includes(part)));
    expect(steps[0]).toBe(PART);
    expect((await uploads()).map(({ id, state }) => [id, state])).toEqual([[left.id, 'complete']]);
  });

  test('sends only the changed parts if the file changed since, or all parts if its size changed', async () => {
    const left = await killedUpload();
    const there = await arrived(left.id);
    const file = await open(path, 'r+');
    await file.write(Buffer.from('other'), 0, 5, PART + 100);
    await file.close();
    await upload();
    await expectStored(await readFile(path));
    expect(partsSent()).toEqual([2, ...ALL.filter((part) => !there.includes(part))]);

    await killedUpload();
    await writeFile(path, content.subarray(1));
    await upload();
    await expectStored(content.subarray(1));
    expect(partsSent()).toEqual(ALL);
  });

  test('does not resume as an upload of another file', async () => {
    const left = await killedUpload();
    await upload({ role: 'model' });
    expect(partsSent()).toEqual(ALL);
    // The server has the content, so an upload by hash stores nothing.
    const known = await upload({ contentType: 'text/plain', sha256: hashOf(content) });
    expect(known).toMatchObject({ state: 'verified', mediaType: 'text/plain' });
    expect(partsSent()).toEqual(ALL);
    expect(await client.uploads.get(left.id)).toMatchObject({ state: 'open' });
  });

  test('after all was sent is completed by the next call, which sends nothing', async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const program = `
      const pause = setInterval(async () => {
        const { items } = await client.uploads.list({ model, state: 'verifying' });
        if (items.length > 0) kill();
      }, 20);
      await client.models.files.upload(model, 'weights.bin', path, ${JSON.stringify(inParts)});`;
    await killedClient(program, { baseUrl: proxy.url, model, path });
    proxy.clear();
    workers = startUploadVerify(server.ctx);
    expect(await upload()).toMatchObject({ state: 'verified', sha256: hashOf(content) });
    expect(await upload()).toMatchObject({ state: 'verified' });
    expect(partsSent()).toEqual([]);
    await expectStored();
    // Not if the content changed since.
    await writeFile(path, randomBytes(content.length));
    await upload();
    expect(partsSent()).toEqual(ALL);
    await expectStored(await readFile(path));
  });
});

describe('a server that dies', () => {
  const blobOf = ({ id }: { id: string }) =>
    server.ctx.db.prisma.upload.findUniqueOrThrow({ where: { id }, select: { key: true, token: true } });

  test('after it combined the parts is asked again to complete', async () => {
    const left = await killedUpload(3 * PART + 6);
    for (const part of ALL) {
      const source = new Blob([content.subarray((part - 1) * PART, part * PART)]);
      const sha256 = hashOf(content.subarray((part - 1) * PART, part * PART));
      await client.uploads.parts.put(left.id, String(part), source, { sha256 });
    }
    const parts = await Array.fromAsync(server.ctx.blobs.multipart.list(await blobOf(left)));
    await server.ctx.blobs.multipart.complete(await blobOf(left), parts);
    proxy.clear();
    await upload();
    await expectStored();
    expect(partsSent()).toEqual([]);
    expect(await uploads()).toMatchObject([{ id: left.id, state: 'complete' }]);
  });

  test('and loses the parts receives all parts in a new upload', async () => {
    const left = await killedUpload();
    await server.ctx.blobs.multipart.abort(await blobOf(left));
    // Requests over several minutes have found the parts missing.
    await server.db.requests.query(
      `UPDATE uploads SET findings = 3, found_at = now() - interval '5 minutes' WHERE id = $1`,
      [left.id],
    );
    await upload();
    await expectStored();
    expect(partsSent()).toEqual(ALL);
    expect(await client.uploads.get(left.id)).toMatchObject({ state: 'aborted' });
  });
});

describe('a signal', () => {
  const abortedUpload = async (options: object) => {
    const controller = new AbortController();
    const onProgress = (bytes: number) => bytes > 11 * MIB && controller.abort('enough');
    const call = upload({ ...options, parallel: 1, signal: controller.signal, onProgress });
    await expect(call).rejects.toBeInstanceOf(AbortError);
    await expect(call).rejects.toMatchObject({ cause: 'enough' });
    return (await uploads())[0] as Upload;
  };

  test('stops an upload, and the next call resumes it', async () => {
    const left = await abortedUpload({});
    expect(left.state).toBe('open');
    const there = await arrived(left.id);
    proxy.clear();
    await upload();
    expect(partsSent()).toEqual(ALL.filter((part) => !there.includes(part)));
    await expectStored();
  });

  test('or aborts it if the caller wants that', async () => {
    expect(await abortedUpload({ discardOnAbort: true })).toMatchObject({ state: 'aborted' });
  });

  test('stops the wait for the server too', async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const controller = new AbortController();
    const call = upload({ signal: controller.signal });
    const verifying = async () => (await client.uploads.list({ model, state: 'verifying' })).items.length;
    await expect.poll(verifying, PATIENT).toBe(1);
    controller.abort();
    await expect(call).rejects.toBeInstanceOf(AbortError);
    workers = startUploadVerify(server.ctx);
  });
});

describe('push', () => {
  const create = { version: 'v1' };
  const push = (options: object = {}) => client.push(model, create, folder, { ...inParts, ...options });
  const filesOf = async (id: string) =>
    (await client.versions.files.list(id)).items.map(({ path, sha256 }) => [path, sha256]);
  const versionOf = async () => (await client.models.versions.list(model)).items[0]?.id ?? '';

  test('sends large files in parts, and resumes after a kill', async () => {
    await writeFile(join(folder, 'b.txt'), 'small');
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'second.bin'), content.subarray(1));
    const program = `
      await client.push(model, { version: 'v1' }, folder, {
        ...${JSON.stringify(inParts)},
        concurrency: 2,
        onProgress: ({ bytes }) => { if (bytes > ${13 * MIB}) kill(); },
      });`;
    await killedClient(program, { baseUrl: proxy.url, model, folder });
    const version = await versionOf();
    const open = (await client.uploads.list({ version, state: 'open' })).items;
    expect(open.length).toBeGreaterThan(0);
    let there = 0;
    for (const { id } of open) there += (await arrived(id)).length;
    proxy.clear();
    expect(await push({ concurrency: 3 })).toMatchObject({ id: version, status: 'ready', fileCount: 4 });
    expect(partsSent().filter((part) => part > 0)).toHaveLength(8 - there);
    expect(proxy.most).toBeLessThanOrEqual(3);
    expect(await filesOf(version)).toEqual([
      ['b.txt', hashOf(Buffer.from('small'))],
      ['empty', hashOf(Buffer.alloc(0))],
      ['second.bin', hashOf(content.subarray(1))],
      ['weights.bin', hashOf(content)],
    ]);
  });

  test('does not send content that another version has, in parts or whole', async () => {
    await writeFile(join(folder, 'medium.bin'), content.subarray(0, 2 * MIB));
    await writeFile(join(folder, 'small.bin'), 'small');
    await push();
    const moved = () => proxy.passed.filter(({ method }) => method === 'PUT').map(({ url }) => url);
    proxy.clear();
    const second = await client.push(model, { version: 'v2' }, folder, inParts);
    expect(second).toMatchObject({ status: 'ready', fileCount: 3 });
    expect(moved().map((url) => url.split('/').at(-1))).toEqual(['small.bin']);
    expect(await filesOf(second.id)).toEqual(await filesOf(await versionOf()));
    proxy.clear();
    await client.push(model, { version: 'v3' }, folder, { ...inParts, reuse: false });
    expect(moved()).toHaveLength(2 + 4);
  });

  test('aborts a stale upload of its own file, and fails while an upload of another file is open', async () => {
    const { id: version } = await client.models.versions.create(model, { ...create, status: 'pending' });
    const begun = (name: string, sizeBytes: number) =>
      client.uploads.create({ version, path: name, sizeBytes, partSizeBytes: PART });
    const other = await begun('other.bin', 1);
    await expect(push()).rejects.toThrow('"other.bin"');
    await client.uploads.abort(other.id);
    const stale = await begun('weights.bin', content.length + 1);
    expect(await push()).toMatchObject({ status: 'ready' });
    expect(await client.uploads.get(stale.id)).toMatchObject({ state: 'aborted' });
  });

  test('waits for files that the server still verifies', async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const { id: version } = await client.models.versions.create(model, { ...create, status: 'pending' });
    const call = push();
    const verifying = async () => (await client.uploads.list({ version, state: 'verifying' })).items.length;
    await expect.poll(verifying, PATIENT).toBe(1);
    await verifyAll(server);
    expect(await call).toMatchObject({ status: 'ready' });

    // Sent by another call, which this one does not know.
    const pending = await client.models.versions.create(model, { version: 'v2', status: 'pending' });
    const controller = new AbortController();
    const sending = client.versions.files.upload(pending.id, 'weights.bin', path, {
      ...inParts,
      signal: controller.signal,
    });
    sending.catch(() => {});
    const state = async () => (await client.versions.files.list(pending.id)).items[0]?.state;
    await expect.poll(state, PATIENT).toBe('verifying');
    controller.abort();
    proxy.clear();
    const second = client.push(model, { version: 'v2' }, folder, { ...inParts, reuse: false });
    await expect.poll(() => proxy.passed.some(({ url }) => url.includes('/v1/uploads/')), PATIENT).toBe(true);
    workers = startUploadVerify(server.ctx);
    expect(await second).toMatchObject({ id: pending.id, status: 'ready' });
    expect(partsSent()).toEqual([]);
  });
});
