import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChecksumError, ConnectionError, ModelBox } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { killedClient } from '../../testing/client-process.ts';
import { startProxy, type TestProxy } from '../../testing/proxy.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

const MIB = 2 ** 20;
const content = randomBytes(16 * MIB + 5);
const sha256 = createHash('sha256').update(content).digest('hex');
/** Large enough for 17 parts. */
const inParts = { partsFrom: MIB, partSize: MIB };

let server: TestServer;
let proxy: TestProxy;
/** Sends its requests through the proxy. */
let client: ModelBox;
let folder: string;
let version: string;

beforeAll(async () => {
  server = await startTestServer();
  proxy = await startProxy(server.url);
  client = new ModelBox({ baseUrl: proxy.url });
  const direct = new ModelBox({ baseUrl: server.url });
  const { id } = await direct.models.create({ namespace: 'ai', name: 'yolo' });
  const files = ['a', 'b', 'c'].map((path) => ({ path: `${path}.bin`, source: content }));
  version = (await direct.push(id, { version: 'v1' }, files.slice(0, 1))).id;
  await direct.push(id, { version: 'v3' }, files);
});
afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-downloads-'));
  proxy.fault = () => undefined;
  proxy.clear();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const download = () => client.versions.files.download(version, 'a.bin');
const asked = () => proxy.passed.filter(({ url }) => url.includes('/files/'));
const bytesOf = () => asked().reduce((sum, { sent }) => sum + sent, 0);
const expectWhole = async (name = 'a.bin') => {
  expect(content.equals(await readFile(join(folder, name)))).toBe(true);
  expect((await readdir(folder)).filter((file) => file.startsWith('.'))).toEqual([]);
};

async function killed(program: string): Promise<string[]> {
  await killedClient(program, { baseUrl: proxy.url, version, folder });
  proxy.clear();
  return readdir(folder);
}

/** Returns the parts that the journal lists, and the parts that the proxy saw requested, by number. */
async function journal(): Promise<number[]> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.journal')) ?? '';
  const lines = (await readFile(join(folder, name), 'latin1')).split('\n').slice(1, -1);
  return lines.map(Number);
}
const partsAsked = () =>
  asked()
    .flatMap(({ range }) => (range ? [Number(/\d+/.exec(range)) / MIB] : []))
    .sort((a, b) => a - b);
const others = (parts: readonly number[]) =>
  Array.from({ length: 17 }, (_, part) => part).filter((part) => !parts.includes(part));

describe('a broken connection', () => {
  test.each([
    ['to a file', () => download().toFile(join(folder, 'a.bin'))],
    ['to memory', async () => writeFile(join(folder, 'a.bin'), await download().bytes())],
    ['as a stream', async () => writeFile(join(folder, 'a.bin'), (await download()).stream())],
    ['by pull', () => client.pull(version, folder)],
  ])('is resumed, %s', async (_, fetch) => {
    let cuts = 0;
    proxy.fault = ({ url }) =>
      url.includes('/files/') && ++cuts < 4 ? { cutAnswerAt: 4_000_000 } : undefined;
    await fetch();
    await expectWhole();
    expect(asked()).toHaveLength(4);
    const starts = asked().map(({ range }) => Number(/\d+/.exec(range ?? '0')));
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  });

  test('is resumed in each part', async () => {
    let cuts = 0;
    proxy.fault = ({ range }) => (range && ++cuts % 2 ? { cutAnswerAt: 300_000 } : undefined);
    await download().toFile(join(folder, 'a.bin'), inParts);
    await expectWhole();
    expect(asked().length).toBeGreaterThan(17);
  });

  test('that keeps breaking is an error, and the same call resumes', async () => {
    const impatient = new ModelBox({ baseUrl: proxy.url, maxRetries: 1 });
    const fetch = () =>
      impatient.versions.files.download(version, 'a.bin').toFile(join(folder, 'a.bin'), inParts);
    proxy.fault = ({ range }) =>
      Number(/\d+/.exec(range ?? '')) >= 8 * MIB ? { cutAnswerAt: 0 } : undefined;
    await expect(fetch()).rejects.toBeInstanceOf(ConnectionError);
    const done = await journal();
    expect(done.length).toBeGreaterThan(0);
    proxy.fault = () => undefined;
    proxy.clear();
    await fetch();
    await expectWhole();
    expect(partsAsked()).toEqual(others(done));
  });
});

describe('a process that is killed', () => {
  test.each([
    ['toFile', `await client.versions.files.download(version, 'a.bin').toFile(folder + '/a.bin', how)`],
    ['pull', 'await client.pull(version, folder, how)'],
  ])('in %s of a large file leaves parts from which the same call resumes', async (name, call) => {
    const left = await killed(`
      const onProgress = (p) => { if ((p.bytes ?? p) > ${6 * MIB}) kill(); };
      const how = { ...${JSON.stringify(inParts)}, parallel: 2, concurrency: 2, onProgress };
      ${call};`);
    expect(left.map((file) => file.replace(/.*[.]/, '')).sort()).toEqual(['journal', 'lock', 'part']);
    const done = await journal();
    expect(done.length).toBeGreaterThanOrEqual(2);
    // A power failure may cut off the last line.
    const file = left.find((file) => file.endsWith('.journal')) ?? '';
    const text = await readFile(join(folder, file), 'latin1');
    await writeFile(join(folder, file), `${text}1`);

    const steps: number[] = [];
    if (name === 'toFile') {
      const onProgress = (bytes: number) => void steps.push(bytes);
      await download().toFile(join(folder, 'a.bin'), { ...inParts, onProgress });
    } else {
      const onProgress = ({ bytes }: { bytes: number }) => void steps.push(bytes);
      // The parts keep their size.
      await client.pull(version, folder, { partsFrom: MIB, onProgress });
    }
    await expectWhole();
    expect(partsAsked()).toEqual(others(done));
    expect(steps[0]).toBeGreaterThanOrEqual((done.length - 1) * MIB);
    expect(steps.at(-1)).toBe(content.length);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  test('in a pull in one request leaves the beginning of the file', async () => {
    const left = await killed(
      `await client.pull(version, folder, { onProgress: ({ bytes }) => { if (bytes > ${6 * MIB}) kill(); } });`,
    );
    expect(left.map((file) => file.replace(/.*[.]/, '')).sort()).toEqual(['lock', 'part']);
    expect((await client.pull(version, folder)).files).toMatchObject([{ status: 'downloaded' }]);
    await expectWhole();
    expect(asked()).toHaveLength(1);
    expect(bytesOf()).toBeLessThanOrEqual(content.length - 6 * MIB + 100_000);

    proxy.clear();
    expect((await client.pull(version, folder)).files).toMatchObject([{ status: 'present' }]);
    expect(asked()).toEqual([]);
  });

  test.each([
    ['one go', {}],
    ['parts', inParts],
  ])('and whose file was damaged since fetches the file again, in %s', async (_, how) => {
    const options = JSON.stringify(how);
    const left = await killed(`
      const onProgress = ({ bytes }) => { if (bytes > ${6 * MIB}) kill(); };
      await client.pull(version, folder, { ...${options}, onProgress, concurrency: 2 });`);
    const partial = join(folder, left.find((file) => file.endsWith('.part')) ?? '');
    const bytes = await readFile(partial);
    bytes[2 * MIB] = (bytes[2 * MIB] ?? 0) ^ 1;
    await writeFile(partial, bytes);
    await client.pull(version, folder, how);
    await expectWhole();
    expect(bytesOf()).toBeGreaterThan(content.length);
  });
});

describe('wrong bytes', () => {
  test.each([
    ['one go', {}],
    ['parts', inParts],
  ])('throw a ChecksumError and leave nothing, in %s', async (_, how) => {
    proxy.fault = ({ range }) =>
      range === undefined || range.startsWith('bytes=0-') ? { flipAnswerAt: 1000 } : undefined;
    const toFile = download().toFile(join(folder, 'a.bin'), how);
    await expect(toFile).rejects.toBeInstanceOf(ChecksumError);
    await expect(toFile).rejects.toMatchObject({ expected: sha256 });
    const pull = client.pull(version, folder, how);
    await expect(pull).rejects.toBeInstanceOf(ChecksumError);
    await expect(pull).rejects.toThrow('a.bin');
    expect(await readdir(folder)).toEqual([]);
  });
});

test('several large files share the bound on connections', async () => {
  await client.pull('ai/yolo:v3', folder, { ...inParts, concurrency: 3 });
  for (const name of ['a.bin', 'b.bin', 'c.bin']) await expectWhole(name);
  expect(partsAsked()).toHaveLength(3 * 17);
  expect(proxy.most).toBeLessThanOrEqual(3);
});

test('a signal stops a download, and the next call resumes it', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const onProgress = ({ bytes }: { bytes: number }) => bytes > 6 * MIB && controller.abort();
  const call = client.pull(version, folder, { ...inParts, concurrency: 2, signal, onProgress });
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  const done = await journal();
  expect(done.length).toBeGreaterThanOrEqual(4);
  proxy.clear();
  await client.pull(version, folder, inParts);
  expect(partsAsked()).toEqual(others(done));
  await expectWhole();
});

test('two concurrent calls do not write the same file, and a lock of a dead process is ignored', async () => {
  const left = await killed(
    `await client.pull(version, folder, { onProgress: ({ bytes }) => { if (bytes > ${MIB}) kill(); } });`,
  );
  const lock = join(folder, left.find((file) => file.endsWith('.lock')) ?? '');
  const holder = JSON.parse(await readFile(lock, 'utf8'));
  // A live process, and a process on an unknown machine.
  for (const other of [{ pid: process.ppid }, { host: 'far' }]) {
    await writeFile(lock, JSON.stringify({ ...holder, ...other }));
    await expect(client.pull(version, folder)).rejects.toThrow('under way in another call');
  }
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  await client.pull(version, folder);
  await expectWhole();
});
