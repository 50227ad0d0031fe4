import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AbortError, ModelBox, ModelBoxError } from './index.ts';
import { type Act, faultServer, json } from './testing/fault-server.ts';

const content = Buffer.alloc(700_001, 'model weights ');
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelbox-special-'));
  await chmod(folder, 0o777);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const head = { etag: `"${hashOf(content)}"`, 'accept-ranges': 'bytes', 'content-length': content.length };
/** The whole content or, as downloads in parts ask for it, a part. */
const serve: Act = (response, { headers }) => {
  const [from, to] = (headers.range?.match(/\d+/g) ?? []).map(Number);
  if (from === undefined || to === undefined) return void response.writeHead(200, head).end(content);
  const range = { 'content-range': `bytes ${from}-${to}/${content.length}`, 'content-length': to + 1 - from };
  return void response.writeHead(206, { ...head, ...range }).end(content.subarray(from, to + 1));
};
const download = (baseUrl: string, options = {}) =>
  new ModelBox({ baseUrl }).versions.files.download('ai/yolo:v1', 'm.bin', options);
const make = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const kindOf = async (path: string) => (await lstat(path)).mode & constants.S_IFMT;

/** Runs a program of the client in a process of its own, as an ordinary user if that is asked for. */
function program(code: string, ordinary = false) {
  const drop = ordinary && process.getuid?.() === 0 ? 'process.setgid(65534); process.setuid(65534);' : '';
  const client = JSON.stringify(new URL('index.ts', import.meta.url).href);
  const whole = `import { ModelBox } from ${client}; ${drop} ${code}`;
  return [process.execPath, '--input-type=module', '-e', whole] as const;
}
const inOwnProcess = (baseUrl: string, path: string) =>
  program(
    `await new ModelBox({ baseUrl: ${JSON.stringify(baseUrl)} })
       .versions.files.download('ai/yolo:v1', 'm.bin').toFile(${JSON.stringify(path)});`,
    true,
  );

describe.each([
  ['at once', {}],
  ['in parts', { partsFrom: 1, partSize: 100_000 }],
])('toFile %s', (_, how) => {
  test('follows a link to a file, also one that is still to be made, and leaves the link', async () => {
    await using server = await faultServer(serve);
    await mkdir(join(folder, 'store/deep'), { recursive: true });
    await writeFile(join(folder, 'store/old.bin'), 'old');
    await symlink('store/old.bin', join(folder, 'link'));
    await symlink('link', join(folder, 'link to link'));
    await symlink('store/deep', join(folder, 'through'));
    await symlink('../new.bin', join(folder, 'store/deep/dangling'));
    for (const [path, target] of [
      ['link to link', 'store/old.bin'],
      ['through/dangling', 'store/new.bin'],
    ] as const) {
      await download(server.baseUrl).toFile(join(folder, path), how);
      expect((await readFile(join(folder, target))).equals(content)).toBe(true);
      expect(await kindOf(join(folder, path))).toBe(constants.S_IFLNK);
    }
    expect(readdirSync(join(folder, 'store')).sort()).toEqual(['deep', 'new.bin', 'old.bin']);
  });

  test('writes into a pipe with a reader', async () => {
    await using server = await faultServer(serve);
    const pipe = join(folder, 'pipe');
    expect(make('mkfifo', pipe)).toBe(true);
    await symlink('pipe', join(folder, 'link'));
    for (const path of [pipe, join(folder, 'link')]) {
      const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
      const [read] = await Promise.all([
        readPipe(reader, content.length),
        download(server.baseUrl).toFile(path, how),
      ]);
      closeSync(reader);
      expect(read.equals(content)).toBe(true);
    }
    expect(await kindOf(pipe)).toBe(constants.S_IFIFO);
  });

  test('into a pipe with a stalled reader ends with its signal', async () => {
    await using server = await faultServer(serve);
    const pipe = join(folder, 'pipe');
    make('mkfifo', pipe);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const call = download(server.baseUrl, { signal: stop.signal }).toFile(pipe, { ...how, onProgress });
    await expect(call).rejects.toBeInstanceOf(AbortError);
    closeSync(reader);
  });

  test('rejects targets that are not writable, and releases the connection', async () => {
    const gone: Promise<unknown>[] = [];
    await using server = await faultServer((response) => {
      gone.push(once(response, 'close'));
      response.writeHead(200, head).write(content.subarray(0, 1000));
    });
    await mkdir(join(folder, 'a folder'));
    make('mkfifo', join(folder, 'a pipe'));
    const socket = createServer().listen(join(folder, 'a socket'));
    await once(socket, 'listening');
    for (const [name, reason] of [
      ['a folder', 'is a folder'],
      ['a pipe', 'is a pipe that nobody reads'],
      ['a socket', 'is a socket'],
    ] as const) {
      const path = join(folder, name);
      const kind = await kindOf(path);
      const call = download(server.baseUrl).toFile(path, how);
      await expect(call).rejects.toThrow(ModelBoxError);
      await expect(call).rejects.toThrow(`${path} ${reason}`);
      expect(await kindOf(path)).toBe(kind);
    }
    await Promise.all(gone);
    socket.close();
  });

  test('writes into a device, and leaves it', async () => {
    await using server = await faultServer(serve);
    const device = join(folder, 'null');
    // As an ordinary user there is only the real one, which that user could not replace.
    const path = make('mknod', device, 'c', '1', '3') ? device : '/dev/null';
    if (path === device || process.getuid?.() !== 0) await download(server.baseUrl).toFile(path, how);
    expect(await kindOf(path)).toBe(constants.S_IFCHR);
  });
});

describe('toFile of an ordinary user', () => {
  test.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])(
    '%s writes to the standard output',
    async (path) => {
      await using server = await faultServer(serve);
      const [command, ...args] = inOwnProcess(server.baseUrl, path);
      const piped = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      expect((await buffer(piped.stdout)).equals(content)).toBe(true);

      const file = join(folder, 'out');
      const out = openSync(file, 'w');
      const redirected = spawn(command, args, { stdio: ['ignore', out, 'inherit'] });
      closeSync(out);
      expect(await once(redirected, 'close')).toEqual([0, null]);
      expect((await readFile(file)).equals(content)).toBe(true);
    },
  );

  test('writes into /dev/null', async () => {
    await using server = await faultServer(serve);
    const [command, ...args] = inOwnProcess(server.baseUrl, '/dev/null');
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('upload', () => {
  const store: Act = (response, { body }) =>
    json({ path: 'm.bin', sha256: hashOf(body) }, 201)(response, {} as never);
  const upload = (baseUrl: string, path: string) =>
    new ModelBox({ baseUrl }).versions.files.upload('ai/yolo:v1', 'm.bin', path);

  test('rejects everything but regular files, without blocking on it', async () => {
    await using server = await faultServer(store);
    await mkdir(join(folder, 'a folder'));
    make('mkfifo', join(folder, 'a pipe'));
    const socket = createServer().listen(join(folder, 'a socket'));
    await once(socket, 'listening');
    for (const [path, reason] of [
      [join(folder, 'a folder'), 'is a folder: `push` sends folders'],
      [join(folder, 'a pipe'), 'is a pipe, not a file: pass a stream of it'],
      [join(folder, 'a socket'), 'is a socket'],
      ['/dev/zero', 'is a device'],
    ] as const) {
      await expect(upload(server.baseUrl, path)).rejects.toThrow(ModelBoxError);
      await expect(upload(server.baseUrl, path)).rejects.toThrow(`${path} ${reason}`);
      const push = new ModelBox({ baseUrl: server.baseUrl }).push('ai/yolo', { version: 'v1' }, [
        { path: 'm.bin', source: path },
      ]);
      await expect(push).rejects.toThrow(`${path} ${reason}`);
    }
    expect(server.arrived).toEqual([]);
    socket.close();
  });

  test.skipIf(process.platform !== 'linux')('sends a file that does not report its size', async () => {
    await using server = await faultServer(store);
    await upload(server.baseUrl, '/proc/version');
    expect(server.arrived[0]?.body).toEqual(await readFile('/proc/version'));
  });

  test('sends an empty file', async () => {
    await using server = await faultServer(store);
    await writeFile(join(folder, 'empty'), '');
    await upload(server.baseUrl, join(folder, 'empty'));
    expect(server.arrived[0]?.body.byteLength).toBe(0);
    expect(server.arrived[0]?.headers['content-length']).toBe('0');
  });

  test.each([
    ['grows', 700_000, 'more'],
    ['shrinks', 0, ''],
  ])('of a file that %s meanwhile fails', async (_, keep, more) => {
    await using server = await faultServer(store);
    const path = join(folder, 'm.bin');
    await writeFile(path, Buffer.alloc(30 * 2 ** 20));
    let changed = false;
    const onProgress = () => {
      if (changed) return;
      changed = true;
      const { truncateSync, appendFileSync } = process.getBuiltinModule('node:fs');
      if (more) appendFileSync(path, more);
      else truncateSync(path, keep);
    };
    const call = new ModelBox({ baseUrl: server.baseUrl }).versions.files.upload(
      'ai/yolo:v1',
      'm.bin',
      path,
      {
        onProgress,
      },
    );
    await expect(call).rejects.toThrow(/changed? while it was sent/);
    expect(
      server.arrived.map(({ headers, body }) => `${body.byteLength}` === headers['content-length']),
    ).not.toContain(true);
  });

  test('fails with the reason for an unreadable file', async () => {
    await using server = await faultServer(store);
    const path = join(folder, 'secret');
    await writeFile(path, 'x', { mode: 0 });
    const [command, ...args] = program(
      `await new ModelBox({ baseUrl: ${JSON.stringify(server.baseUrl)}})
         .versions.files.upload('ai/yolo:v1', 'm.bin', ${JSON.stringify(path)})
         .catch((error) => console.log(error.code));`,
      true,
    );
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(String(await buffer(child.stdout))).toBe('EACCES\n');
  });
});

/** So many bytes of a pipe that was opened not to block. */
async function readPipe(pipe: number, bytes: number): Promise<Buffer> {
  const whole = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) {
    try {
      at += readSync(pipe, whole, at, bytes - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    await new Promise(setImmediate);
  }
  return whole;
}
