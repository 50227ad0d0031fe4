import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, constants } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ModelBox } from '@modelbox/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { killedClient } from '../../testing/client-process.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
let client: ModelBox;
let folder: string;
let model: string;
/** The requests of the client, for example `PUT weights/a.bin`. */
let moved: string[] = [];

const counting: typeof fetch = (input, init) => {
  const path = /\/files\/(.+?)(\?|$)/.exec(
    decodeURIComponent(input instanceof Request ? input.url : `${input}`),
  )?.[1];
  if (path !== undefined) moved.push(`${init?.method ?? 'GET'} ${path}`);
  return fetch(input, init);
};

beforeAll(async () => {
  server = await startTestServer();
  client = new ModelBox({ baseUrl: server.url, fetch: counting });
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-trees-'));
  model = (await client.models.create({ namespace: 'ai', name: `m-${randomBytes(6).toString('hex')}` })).id;
  moved = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TREE: Record<string, Buffer> = {
  '.hidden': Buffer.from('seen'),
  'empty.txt': Buffer.alloc(0),
  'größe/モデル 1.onnx': randomBytes(700_001),
  'weights/deep/a.bin': randomBytes(300_000),
  'weights/deep/b.bin': randomBytes(5),
};
const PATHS = Object.keys(TREE);

async function write(root: string, tree: Record<string, Buffer>): Promise<string> {
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

async function read(root: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files
    .sort()
    .map(async (file) => [file.slice(root.length + 1), await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

test('a tree is pushed and pulled, without moving files that exist', async () => {
  const from = await write(join(folder, 'in'), TREE);
  const steps: unknown[] = [];
  const version = await client.push(model, { version: 'v1', aliases: ['prod'] }, from, {
    onProgress: (progress) => steps.push(progress),
  });
  expect(version.status).toBe('ready');
  expect(moved.sort()).toEqual(PATHS.map((path) => `PUT ${path}`).sort());
  const all = { bytes: 1_000_010, totalBytes: 1_000_010, files: 5, totalFiles: 5 };
  expect(steps.at(-1)).toMatchObject(all);

  moved = [];
  expect((await client.push(model, { version: 'v1', aliases: ['prod'] }, from)).id).toBe(version.id);
  expect(moved).toEqual([]);

  const to = join(folder, 'out');
  const first = await client.pull(version.id, to, { onProgress: (progress) => steps.push(progress) });
  expect(first.files.map(({ path, status }) => [path, status])).toEqual(PATHS.map((p) => [p, 'downloaded']));
  expect(steps.at(-1)).toMatchObject(all);
  expect(await read(to)).toEqual(TREE);

  moved = [];
  await writeFile(join(to, '.modelbox-0123456789ab.part'), 'left by a kill');
  await writeFile(join(to, 'mine.txt'), 'mine');
  const second = await client.pull(version.id, to);
  expect(new Set(second.files.map(({ status }) => status))).toEqual(new Set(['present']));
  expect(moved).toEqual([]);

  await writeFile(join(to, 'weights/deep/b.bin'), 'wrong');
  await client.pull(version.id, to, { concurrency: 1 });
  expect(moved).toEqual(['GET weights/deep/b.bin']);
  expect(await read(to)).toEqual({ ...TREE, 'mine.txt': Buffer.from('mine') });
});

/** Server and client share one rule for paths. On Windows the client also refuses paths that Windows cannot write. */
test.each([
  ['a:b', true],
  ['C:x', true],
  ['c:/x', true],
  ['con.txt', true],
  ['dots...', true],
  ['a?*|', true],
  ['größe 1/模型', true],
  ['a\\b', false],
  ['a//b', false],
  ['a/../b', false],
  ['./a', false],
  ['/etc/x', false],
  ['a\n', false],
])('server and client agree whether the path %j is valid: %j', async (path, isOne) => {
  const { status } = await server.api('POST', `/v1/models/${model}/files`, {
    files: [{ uri: 's3://bucket/x', path }],
  });
  expect(status).toBe(isOne ? 200 : 422);
  const pushed = client.push(model, { version: 'v1' }, [{ path, source: new Uint8Array([1, 2]) }]);
  if (!isOne) return expect(pushed).rejects.toThrow('is not a path inside a folder');
  const to = join(folder, 'out');
  await client.pull((await pushed).id, to);
  expect(await read(to)).toEqual({ [path]: Buffer.from([1, 2]) });
});

test('a real model, the Silero voice activity detector, is pushed and pulled, byte for byte', async () => {
  const dist = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v5.onnx'));
  const names = ['silero_vad_legacy.onnx', 'silero_vad_v5.onnx'];
  const files = names.map((name) => ({ path: `weights/${name}`, source: join(dist, name) }));
  const version = await client.push(model, { version: 'v5', framework: 'onnx' }, files);
  expect(version.status).toBe('ready');
  await client.pull(version.id, folder);
  const own = await Promise.all(
    files.map(async ({ path, source }) => [path, await readFile(source)] as const),
  );
  expect(await read(folder)).toEqual(Object.fromEntries(own));
});

test('a push resumes after its process was killed', async () => {
  const big = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`${n + 10}.bin`, randomBytes(500_000)]),
  );
  const from = await write(join(folder, 'in'), big);
  const program = `
    await client.push(model, { version: 'v1' }, from, {
      concurrency: 2,
      onProgress: ({ files }) => { if (files === 5) kill(); },
    });`;
  await killedClient(program, { baseUrl: server.url, model, from });
  const [half] = (await client.models.versions.list(model)).items;
  expect(half).toMatchObject({ version: 'v1', status: 'pending' });

  const version = await client.push(model, { version: 'v1' }, from);
  expect(version).toMatchObject({ id: half?.id, status: 'ready', fileCount: 12 });
  expect(moved.length).toBeLessThanOrEqual(7);
  await client.pull(version.id, join(folder, 'out'));
  expect(await read(join(folder, 'out'))).toEqual(big);
});

test('a pull reports tracked files, and a push accepts memory and streams', async () => {
  const files = ['s3://bucket/far.pt'];
  const version = await client.push(model, { version: 'v1', files }, [
    { path: 'b', source: new Blob(['in memory']), role: 'text' },
    { path: 'a', source: new Blob(['streamed']).stream() },
  ]);
  const { files: pulled } = await client.pull(version.id, folder);
  expect(pulled.map(({ path, status, uri }) => [path, status, uri])).toEqual([
    ['a', 'downloaded', null],
    ['b', 'downloaded', null],
    ['far.pt', 'tracked', 's3://bucket/far.pt'],
  ]);
});

test('a tree that cannot be pushed whole is refused, and the version stays pending', async () => {
  const create = { version: 'v1' };
  await expect(client.push(model, create, folder)).rejects.toThrow('is empty');
  await write(folder, { a: Buffer.from('a'), 'sub/b': Buffer.from('b') });
  await symlink('a', join(folder, 'link'));
  const out = join(folder, 'out');
  await symlink('/etc/hostname', out);
  await expect(client.push(model, create, folder)).rejects.toThrow('link to a file in the folder');
  await rm(out);
  await symlink('sub', out);
  await expect(client.push(model, create, folder)).rejects.toThrow('link to a file in the folder');
  await rm(out);
  expect((await client.models.versions.list(model)).items).toEqual([]);

  let changed = false;
  const changing = client.push(model, create, folder, {
    concurrency: 1,
    onProgress: ({ path, files }) => {
      if (path === 'a' && files === 0 && !changed) appendFileSync(join(folder, 'sub/b'), 'more');
      changed = true;
    },
  });
  await expect(changing).rejects.toThrow(/changed while it was sent|did it change/);
  const aborted = client.push(model, create, folder, { signal: AbortSignal.abort('enough') });
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
  await client.push(model, create, folder);
  const pulled = await client.pull(`${(await client.models.versions.list(model)).items[0]?.id}`, out);
  expect(pulled.files.map(({ path, bytes }) => [path, bytes])).toEqual([
    ['a', 1],
    ['link', 1],
    ['sub/b', 5],
  ]);
});

test('a file of the version that the tree lacks is reported', async () => {
  const { id } = await client.models.versions.create(model, { version: 'v1', status: 'pending' });
  await client.versions.files.upload(id, 'stale', new Blob(['x']));
  const push = client.push(model, { version: 'v1' }, [{ path: 'a', source: new Blob(['a']) }]);
  await expect(push).rejects.toThrow('"stale"');
});

test('a pull replaces no link, pipe or socket, and accepts a link to the right content', async () => {
  const { id } = await client.push(model, { version: 'v1' }, [{ path: 'a', source: new Blob(['content']) }]);
  await writeFile(join(folder, 'elsewhere'), 'content');
  const into = join(folder, 'in');
  await mkdir(into);
  await symlink('../elsewhere', join(into, 'a'));
  expect((await client.pull(id, into)).files).toMatchObject([{ path: 'a', status: 'present' }]);

  const parts = { partsFrom: 1, partSize: 5 };
  await writeFile(join(folder, 'elsewhere'), 'other');
  for (const how of [{}, parts])
    await expect(client.pull(id, into, how)).rejects.toThrow(`${join(into, 'a')} is a symbolic link`);
  expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('other');
  await rm(join(into, 'a'));
  const socket = createServer().listen(join(into, 'a'));
  await once(socket, 'listening');
  await expect(client.pull(id, into)).rejects.toThrow('is not a regular file');
  socket.close();
  await once(socket, 'close');
  spawnSync('mkfifo', [join(into, 'a')]);
  for (const how of [{}, parts]) await expect(client.pull(id, into, how)).rejects.toThrow('is not a regular');
  expect((await lstat(join(into, 'a'))).isFIFO()).toBe(true);
});

test('an archive can be written to a pipe, and through a link', async () => {
  const { id } = await client.push(model, { version: 'v1' }, [{ path: 'a', source: new Blob(['content']) }]);
  const [archive, pipe, link] = ['a.tar', 'pipe', 'link'].map((name) => join(folder, name));
  if (!archive || !pipe || !link) throw new Error('three names');
  spawnSync('mkfifo', [pipe]);
  await symlink('a.tar', link);
  await client.versions.archive(id).toFile(link);
  const reader = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  await client.versions.archive(id).toFile(pipe);
  const { buffer, bytesRead } = await reader.read(Buffer.alloc(65_536), 0, 65_536, null);
  await reader.close();
  expect(buffer.subarray(0, bytesRead).equals(await readFile(archive))).toBe(true);
});

test('a malicious server cannot write outside the folder, nor through a link in it', async () => {
  const version = await client.push(model, { version: 'v1' }, [{ path: 'dir/a', source: new Blob(['a']) }]);
  for (const path of ['../evil', '/tmp/evil', 'a\\..\\evil']) {
    const lying: typeof fetch = async (input, init) => {
      const text = await (await fetch(input, init)).text();
      return Response.json(JSON.parse(text.replaceAll('"dir/a"', JSON.stringify(path))));
    };
    const deceived = new ModelBox({ baseUrl: server.url, fetch: lying });
    await expect(deceived.pull(version.id, join(folder, 'in'))).rejects.toThrow('Refused');
  }
  expect(await readdir(folder)).toEqual([]);
  await mkdir(join(folder, 'in'));
  await symlink('..', join(folder, 'in/dir'));
  await expect(client.pull(version.id, join(folder, 'in'))).rejects.toThrow('is not a folder');
  expect(await readdir(folder)).toEqual(['in']);
});
