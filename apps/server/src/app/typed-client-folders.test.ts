import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelBox, type TreeProgress } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { killedClient } from '../../testing/client-process.ts';
import { startProxy, type TestProxy } from '../../testing/proxy.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

const content = randomBytes(6_000_000);
const small = Buffer.from('small');
const inParts = { partsFrom: 1_000_000, partSize: 500_000 };

let server: TestServer;
let proxy: TestProxy;
/** Sends its requests through the proxy. */
let client: ModelBox;
let folder: string;
let model: string;
let version: string;

beforeAll(async () => {
  server = await startTestServer();
  proxy = await startProxy(server.url);
  client = new ModelBox({ baseUrl: proxy.url });
  model = (await client.models.create({ namespace: 'ai', name: 'yolo' })).id;
  const files = [
    { path: 'a/big.bin', source: content },
    { path: 'small.txt', source: small },
  ];
  version = (await client.push(model, { version: 'v1' }, files)).id;
});
afterAll(async () => {
  await client?.close();
  await proxy?.stop();
  await server?.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-folders-'));
  proxy.fault = () => undefined;
  proxy.clear();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fetched = () => proxy.passed.filter(({ url }) => url.includes('/files/'));
const names = async () => (await readdir(folder, { recursive: true })).sort();

/** Kills a pull while the large file arrives. Returns the names of the remaining files. */
async function killedPull(): Promise<(ending: string) => string> {
  const program = `
    await client.pull(version, folder, { ...inParts, concurrency: 1, onProgress: ({ bytes }) => {
      if (bytes > 3_000_000) kill();
    } });`;
  await killedClient(program, { baseUrl: server.url, version, folder, inParts });
  const left = (await names()).filter((name) => name.includes('.modelbox-'));
  expect(left).toHaveLength(3);
  return (ending) => join(folder, left.find((name) => name.endsWith(ending)) ?? '');
}

/** Records progress and demands that it never goes back. */
function watched() {
  const steps: TreeProgress[] = [];
  const onProgress = (step: TreeProgress) => void steps.push(step);
  const expectForward = (totalBytes: number) => {
    const bytes = steps.map((step) => step.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(steps.at(-1)).toMatchObject({ bytes: totalBytes, totalBytes });
  };
  return { onProgress, expectForward };
}

test('a folder in place of a file is an error before anything is fetched', async () => {
  await mkdir(join(folder, 'small.txt/mine'), { recursive: true });
  await expect(client.pull(version, folder)).rejects.toThrow(`${join(folder, 'small.txt')} is a folder`);
  expect(fetched()).toEqual([]);
  expect((await names()).filter((name) => name.includes('.modelbox-'))).toEqual([]);
});

test('nothing is written to a folder that has all files', async () => {
  await client.pull(version, folder);
  const times = async () => {
    const stats = await Promise.all(['.', 'a'].map((name) => stat(join(folder, name), { bigint: true })));
    return stats.map(({ mtimeNs }) => mtimeNs);
  };
  const before = await times();
  const { files } = await client.pull(version, folder);
  expect(files.map(({ status }) => status)).toEqual(['present', 'present']);
  expect(await times()).toEqual(before);
});

test('the rest of a killed pull is removed once the file is complete', async () => {
  await killedPull();
  await writeFile(join(folder, 'a/big.bin'), content);
  await client.pull(version, folder);
  expect(await names()).toEqual(['a', 'a/big.bin', 'small.txt']);
});

test('an unreadable lock is an immediate error', async () => {
  const left = await killedPull();
  const lock = left('.lock');
  await rm(lock);
  await mkdir(lock);
  await expect(client.pull(version, folder, inParts)).rejects.toThrow(`The lock ${lock} cannot be read`);
});

test('the progress of a pull does not go back if an existing file is wrong', async () => {
  const left = await killedPull();
  const partial = await open(left('.part'), 'r+');
  await partial.write(Buffer.alloc(500_000), 0, 500_000, 0);
  await partial.close();
  const { onProgress, expectForward } = watched();
  await client.pull(version, folder, { ...inParts, onProgress });
  expect(content.equals(await readFile(join(folder, 'a/big.bin')))).toBe(true);
  expectForward(content.length + small.length);
});

test('the progress of a push or an upload does not go back if a request is retried', async () => {
  let cuts = 0;
  proxy.fault = ({ method, url }) =>
    method === 'PUT' && url.includes('/files/') && ++cuts % 2 ? { cutRequestAt: 2_000_000 } : undefined;
  const source = randomBytes(4_000_000);
  const { onProgress, expectForward } = watched();
  const pushed = await client.push(model, { version: 'v-again' }, [{ path: 'x', source }], { onProgress });
  expect([pushed.status, cuts]).toEqual(['ready', 2]);
  expectForward(source.length);

  const single = watched();
  await client.models.files.upload(model, 'x', randomBytes(4_000_000), {
    onProgress: (bytes, totalBytes) =>
      single.onProgress({ bytes, totalBytes, files: 0, totalFiles: 1, path: 'x' }),
  });
  expect(cuts).toBe(4);
  single.expectForward(4_000_000);
});

test('paths that no pull could write are refused before anything is created', async () => {
  for (const paths of [['../x'], ['..'], ['/x'], ['a\\b'], ['a\nb'], ['a', 'a/b']]) {
    const items = paths.map((path) => ({ path, source: small }));
    const push = client.push(model, { version: 'v-refused' }, items);
    await expect(push).rejects.toThrow(`Refused to push any file: ${JSON.stringify(paths.at(-1))}`);
  }
  const { items } = await client.models.versions.list(model, { filter: 'version = "v-refused"' });
  expect(items).toEqual([]);
});

test('a download supports the longest possible file name', async () => {
  const long = 'n'.repeat(255);
  await client.models.files.upload(model, long, small);
  await client.models.files.download(model, long).toFile(join(folder, long));
  expect(await names()).toEqual([long]);
});

test.skipIf(process.platform !== 'linux')('a file whose name is not valid UTF-8 is an error', async () => {
  const name = Buffer.concat([Buffer.from(join(folder, 'bad-')), Buffer.from([0xff])]);
  await writeFile(name, 'x');
  await expect(client.push(model, { version: 'v-bad' }, folder)).rejects.toThrow('a name that is not UTF-8');
  await rm(name);
  await writeFile(join(folder, 'fine-\ufffd'), 'x');
  expect((await client.push(model, { version: 'v-fine' }, folder)).status).toBe('ready');
});
