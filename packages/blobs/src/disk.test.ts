import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeBlobStore } from './conformance.ts';
import { BlobNotFound, BlobStoreUnavailable } from './errors.ts';
import { openDiskStore } from './index.ts';
import { asOrdinaryUser, canMount, inChild, onSmallDisk } from './testing/child.ts';
import { copiesOnDisk } from './testing/stored-copies.ts';

const newRoot = () => mkdtemp(join(tmpdir(), 'modelbox-blobs-'));
const remove = (path: string) => rm(path, { recursive: true, force: true });

describeBlobStore('a local disk', async () => {
  const root = await newRoot();
  return { store: await openDiskStore({ root }), copies: copiesOnDisk(root), dispose: () => remove(root) };
});

describe('the disk store', () => {
  let root: string;
  beforeEach(async () => {
    root = await newRoot();
  });
  afterEach(() => remove(root));
  const aBlob = () => Readable.from([Buffer.from('content')]);

  it('gives access to its owner only', async () => {
    const store = await openDiskStore({ root: join(root, 'made/on/the/way') });
    await store.write(aBlob());
    const modes = new Map<string, Set<number>>();
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const kind = entry.isDirectory() ? 'directory' : 'file';
      const { mode } = await stat(join(entry.parentPath, entry.name));
      modes.set(kind, (modes.get(kind) ?? new Set()).add(mode & 0o777));
    }
    expect(Object.fromEntries(modes)).toEqual({ directory: new Set([0o700]), file: new Set([0o600]) });
  });

  it('spreads blobs over two levels of directories', async () => {
    const store = await openDiskStore({ root });
    const { key } = await store.write(aBlob());
    expect(await readdir(join(root, 'objects', key.slice(0, 2), key.slice(2, 4)))).toEqual([key]);
  });

  it('finds its blobs after it is opened again', async () => {
    const { key } = await (await openDiskStore({ root })).write(aBlob());
    const again = await openDiskStore({ root });
    expect(await text((await again.read(key)).stream)).toBe('content');
  });

  it('finds no blob if a pipe replaced it, or a file replaced its directory', async () => {
    const store = await openDiskStore({ root });
    const { key } = await store.write(aBlob());
    const directory = join(root, 'objects', key.slice(0, 2), key.slice(2, 4));
    await rm(join(directory, key));
    await promisify(execFile)('mkfifo', [join(directory, key)]);
    await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    await store.delete(key);
  });

  it('neither lists nor returns files that it did not write', async () => {
    const store = await openDiskStore({ root });
    const { key } = await store.write(aBlob());
    const directory = join(root, 'objects', key.slice(0, 2), key.slice(2, 4));
    const link = `${key.slice(0, 4)}${'0'.repeat(28)}`;
    await symlink('/etc/hostname', join(directory, link));
    await writeFile(join(directory, 'notes.txt'), '');
    await writeFile(join(root, 'objects', 'README'), '');
    expect((await Array.fromAsync(store.list())).map((blob) => blob.key)).toEqual([key]);
    await expect(store.stat(link)).rejects.toThrow(BlobNotFound);
    await expect(store.read(link)).rejects.toThrow(BlobNotFound);
  });

  it('reports that it is unavailable, not that blobs are missing, while its directory is missing', async () => {
    const store = await openDiskStore({ root: join(root, 'mount') });
    const { key } = await store.write(aBlob());
    await rename(join(root, 'mount'), join(root, 'away'));
    await expect(store.read(key)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.stat(key)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.delete(key)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.write(aBlob())).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.check()).rejects.toThrow(BlobStoreUnavailable);
    await expect(Array.fromAsync(store.list())).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.sweepTemporary(new Date())).rejects.toThrow(BlobStoreUnavailable);
    await rename(join(root, 'away'), join(root, 'mount'));
    await store.check();
    expect(await text((await store.read(key)).stream)).toBe('content');
    await store.write(aBlob());
  });

  it('creates removed directories again', async () => {
    const store = await openDiskStore({ root });
    const { key } = await store.write(aBlob());
    await remove(join(root, 'objects', key.slice(0, 2)));
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    await store.write(aBlob());
  });

  it('does not open if a file is in the place of its directory', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(openDiskStore({ root: join(root, 'file') })).rejects.toThrow(BlobStoreUnavailable);
  });

  it('lets a reader finish if its blob is deleted meanwhile', async () => {
    const store = await openDiskStore({ root });
    const bytes = randomBytes(3_000_000);
    const { key } = await store.write(Readable.from([bytes]));
    const { stream } = await store.read(key);
    await store.delete(key);
    expect(bytes.equals(await buffer(stream))).toBe(true);
  });

  it('keeps only a temporary file for the sweep after a write whose process was killed', async () => {
    const child = inChild(
      root,
      `const store = await openDiskStore({ root });
       await store.write((async function* () { yield Buffer.from('whole'); })());
       await store.write((async function* () {
         for (let n = 0; n < 8; n += 1) yield Buffer.alloc(1 << 20, n);
         console.log('midway');
         setInterval(() => {}, 1000);
         await new Promise(() => {});
       })());`,
    );
    if (!child.stdout) throw new Error('no output to wait for');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const store = await openDiskStore({ root });
    const temporary = await readdir(join(root, 'tmp'));
    expect((await Array.fromAsync(store.list())).map((blob) => blob.sizeBytes)).toEqual([5]);
    expect(temporary).toHaveLength(1);
    const hourAgo = new Date(Date.now() - 3_600_000);
    expect(await store.sweepTemporary(hourAgo)).toBe(0);
    const dayAgo = new Date(Date.now() - 86_400_000);
    await utimes(join(root, 'tmp', temporary[0] ?? ''), dayAgo, dayAgo);
    expect(await store.sweepTemporary(hourAgo)).toBe(1);
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    expect(await Array.fromAsync(store.list())).toHaveLength(1);
  });

  it('distinguishes a store that is not writable from one that is not readable', async () => {
    const outcome = await asOrdinaryUser(
      root,
      `const { chmod } = await import('node:fs/promises');
       const of = async function* (size) { yield Buffer.alloc(size, 7); };
       const store = await openDiskStore({ root });
       const { key } = await store.write(of(3));
       const nameOf = (error) => error.name;
       const content = { sizeBytes: 3, sha256: '0'.repeat(64) };
       const blob = await store.multipart.begin();
       const look = async () => ({
         check: await store.check().then(() => 'ok', nameOf),
         write: await store.write(of(3)).then(() => 'ok', nameOf),
         begin: await store.multipart.begin().then(() => 'ok', nameOf),
         put: await store.multipart.put(blob, 1, of(3), content).then(() => 'ok', nameOf),
         read: await store.read(key).then(({ stream }) => (stream.destroy(), 'ok'), nameOf),
       });
       for (const folder of ['tmp', 'uploads']) await chmod(root + '/' + folder, 0o500);
       const notWritable = await look();
       for (const folder of ['tmp', 'uploads']) await chmod(root + '/' + folder, 0o700);
       await chmod(root + '/objects', 0o000);
       const notReadable = await look();
       await chmod(root + '/objects', 0o700);
       console.log(JSON.stringify({ notWritable, notReadable, check: await store.check().then(() => 'ok') }));`,
    );
    const refused = 'BlobStoreReadOnly';
    expect(outcome).toMatchObject({
      notWritable: { check: refused, write: refused, begin: refused, put: refused, read: 'ok' },
      notReadable: { check: 'BlobStoreUnavailable', read: 'BlobStoreUnavailable' },
      check: 'ok',
    });
  });

  it.skipIf(!canMount)('reports that it is full, leaves nothing, and later writes again', async () => {
    const outcome = await onSmallDisk(
      root,
      `const store = await openDiskStore({ root });
       const of = async function* (size) { for (let n = 0; n < size; n += 65536) yield Buffer.alloc(65536, 7); };
       const failure = await store.write(of(8 << 20)).catch((error) => error.name);
       const left = await store.sweepTemporary(new Date(Date.now() + 1000));
       const { key } = await store.write(of(3 << 20));
       const again = await store.write(of(3 << 20)).catch((error) => error.name);
       await store.delete(key);
       const { sizeBytes } = await store.write(of(3 << 20));
       console.log(JSON.stringify({ failure, left, again, sizeBytes }));`,
    );
    const full = 'BlobStoreFull';
    expect(outcome).toEqual({ failure: full, left: 0, again: full, sizeBytes: 3 << 20 });
  });
});
