import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cp,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobNotFound, BlobPartsChanged, BlobStoreUnavailable } from './errors.ts';
import { openDiskStore } from './index.ts';
import type { BlobPart, MultipartBlob } from './multipart.ts';
import { partBytesAtLeast } from './part-rules.ts';
import type { BlobStore } from './store.ts';
import { canMount, inChild, onSmallDisk } from './testing/child.ts';

const distantFuture = new Date('2999-01-01');
const hourAgo = () => new Date(Date.now() - 3_600_000);
const dayAgo = () => new Date(Date.now() - 86_400_000);
const contentOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const large = Array.from({ length: 3 }, () => randomBytes(partBytesAtLeast));
const whole = Buffer.concat(large);

describe('content in parts on disk', () => {
  let root: string;
  let store: BlobStore;
  /** As another server on the same disk: they share no memory. */
  let other: BlobStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'modelbox-blobs-'));
    store = await openDiskStore({ root });
    other = await openDiskStore({ root });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const put = (blob: MultipartBlob, number: number, bytes: Uint8Array, to = store): Promise<BlobPart> =>
    to.multipart.put(blob, number, Readable.from([bytes]), contentOf(bytes));
  const listed = (blob: MultipartBlob) => Array.fromAsync(store.multipart.list(blob));
  const placeOf = (key: string) => join(root, 'objects', key.slice(0, 2), key.slice(2, 4), key);
  const temporary = () => readdir(join(root, 'tmp'));
  const begun = async (contents: readonly Uint8Array[]) => {
    const blob = await store.multipart.begin();
    const parts = await Promise.all(contents.map((bytes, index) => put(blob, index + 1, bytes)));
    return { blob, parts };
  };
  const completed = async (contents: readonly Uint8Array[] = large) => {
    const { blob, parts } = await begun(contents);
    await store.multipart.complete(blob, parts);
    return blob.key;
  };

  it('is a directory of its parts, which nobody else may look into, and which in order are the content', async () => {
    const key = await completed();
    const names = (await readdir(placeOf(key))).sort();
    expect(names).toEqual(['00001of00003.5242880', '00002of00003.5242880', '00003of00003.5242880']);
    const open = await begun([Buffer.from('open')]);
    for (const path of [placeOf(key), join(root, 'uploads', open.blob.key)]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
      for (const name of await readdir(path)) {
        const { mode, nlink } = await stat(join(path, name));
        expect([mode & 0o777, nlink]).toEqual([0o600, 1]);
      }
    }
    expect(await readdir(join(root, 'uploads'))).toEqual([open.blob.key]);
    expect(await temporary()).toEqual([]);
  });

  it('is no blob where one of its parts is gone or cut short: whole or absent', async () => {
    const key = await completed();
    const parts = (await readdir(placeOf(key))).sort();
    for (const name of [parts[0], parts[1], parts[2]]) {
      await rename(join(placeOf(key), name ?? ''), join(root, 'aside'));
      await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
      await expect(store.read(key)).rejects.toThrow(BlobNotFound);
      expect(await Array.fromAsync(store.list())).toEqual([]);
      await rename(join(root, 'aside'), join(placeOf(key), name ?? ''));
    }
    await truncate(join(placeOf(key), parts[1] ?? ''), 1000);
    const { stream } = await store.read(key);
    await expect(buffer(stream)).rejects.toThrow(/its part 00002of00003.5242880 is cut short/);
    const range = { start: 2 * partBytesAtLeast, end: whole.length - 1 };
    expect(large[2]?.equals(await buffer((await store.read(key, { range })).stream))).toBe(true);
    await store.delete(key);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    expect(await temporary()).toEqual([]);
  });

  it('ignores what it did not write', async () => {
    const { blob, parts } = await begun([Buffer.from('mine')]);
    for (const name of ['notes.txt', '1.1.4.short', '1.x', '.nfs0001']) {
      await writeFile(join(root, 'uploads', blob.key, name), '');
    }
    await writeFile(join(root, 'uploads', 'README'), '');
    expect(await listed(blob)).toEqual(parts);
    await store.multipart.complete(blob, parts);
    await writeFile(join(placeOf(blob.key), '.nfs0001'), '');
    expect(await text((await store.read(blob.key)).stream)).toBe('mine');
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
    await store.delete(blob.key);
    expect(await temporary()).toEqual([]);
  });

  it('lets its readers in this process finish when it is deleted, and then frees the space', async () => {
    const key = await completed();
    await utimes(placeOf(key), dayAgo(), dayAgo());
    const [one, two] = [await store.read(key), await store.read(key)];
    await store.delete(key);
    await store.delete(key);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
    expect(await other.sweepTemporary(hourAgo())).toBe(0);
    expect(whole.equals(await buffer(one.stream))).toBe(true);
    expect(await temporary()).toHaveLength(1);
    two.stream.destroy();
    await expect.poll(temporary).toEqual([]);
  });

  it('fails for readers in another process when it is deleted: no wrong byte is read', async () => {
    const key = await completed();
    const { stream } = await store.read(key);
    await other.delete(key);
    await expect(buffer(stream)).rejects.toThrow(BlobNotFound);
  });

  it('is never seen half while it is deleted', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const key = await completed();
      let gone = false;
      const look = async () => {
        while (!gone) {
          for await (const { sizeBytes } of other.list()) expect(sizeBytes).toBe(whole.length);
          const found = await other.stat(key).catch((error: unknown) => error);
          if (found instanceof BlobNotFound) gone = true;
          else expect(found).toMatchObject({ sizeBytes: whole.length });
        }
      };
      const looking = [look(), look()];
      await store.delete(key);
      await Promise.all(looking);
    }
  });

  it('holds exactly the parts named when a stale put races the completion, on whichever server', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const { blob, parts } = await begun([Buffer.from('named')]);
      const [putting, completing] = await Promise.allSettled([
        put(blob, 1, Buffer.from('stale'), other),
        store.multipart.complete(blob, parts),
      ]);
      if (completing.status === 'fulfilled') {
        expect(await text((await other.read(blob.key)).stream)).toBe('named');
      } else {
        expect(completing.reason).toBeInstanceOf(BlobPartsChanged);
        expect(putting.status).toBe('fulfilled');
        await other.multipart.complete(blob, await listed(blob));
        expect(await text((await store.read(blob.key)).stream)).toBe('stale');
      }
      if (putting.status === 'rejected') expect(putting.reason).toBeInstanceOf(BlobNotFound);
      await expect(listed(blob)).rejects.toThrow(BlobNotFound);
    }
    expect(await readdir(join(root, 'uploads'))).toEqual([]);
    expect(await temporary()).toEqual([]);
  });

  it('is gone, whatever races the abort', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const { blob, parts } = await begun([Buffer.from('a part')]);
      const [putting, completing] = await Promise.allSettled([
        put(blob, 1, Buffer.from('stale'), other),
        other.multipart.complete(blob, parts),
        store.multipart.abort(blob),
      ]);
      await expect(listed(blob)).rejects.toThrow(BlobNotFound);
      if (putting.status === 'rejected') expect(putting.reason).toBeInstanceOf(BlobNotFound);
      if (completing.status === 'fulfilled') await store.delete(blob.key);
      else expect([BlobNotFound, BlobPartsChanged]).toContain(completing.reason.constructor);
      await expect(store.stat(blob.key)).rejects.toThrow(BlobNotFound);
    }
    // What was put into the directory just when it was removed.
    for (const store_ of [store, other]) await store_.sweepTemporary(distantFuture);
    expect(await readdir(join(root, 'uploads'))).toEqual([]);
    expect(await temporary()).toEqual([]);
  });

  it('goes on from where its process was killed in the middle of a part', async () => {
    const child = inChild(
      root,
      `import { createHash } from 'node:crypto';
       const store = await openDiskStore({ root });
       const blob = await store.multipart.begin();
       const bytes = Buffer.from('arrived');
       const content = { sizeBytes: 7, sha256: createHash('sha256').update(bytes).digest('hex') };
       await store.multipart.put(blob, 2, (async function* () { yield bytes; })(), content);
       await store.multipart.put(blob, 1, (async function* () {
         for (let n = 0; n < 8; n += 1) yield Buffer.alloc(1 << 19, n);
         console.log(blob.key);
         setInterval(() => {}, 1000);
         await new Promise(() => {});
       })(), { sizeBytes: 8 << 20, sha256: content.sha256 });`,
    );
    if (!child.stdout) throw new Error('no output to wait for');
    const [output] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const blob = { key: String(output).trim(), token: '' };
    expect(await listed(blob)).toMatchObject([{ number: 2, sizeBytes: 7 }]);
    const [left = '', ...more] = await temporary();
    expect(more).toEqual([]);
    expect(await store.sweepTemporary(hourAgo())).toBe(0);
    await utimes(join(root, 'tmp', left), dayAgo(), dayAgo());
    await utimes(join(root, 'uploads', blob.key), dayAgo(), dayAgo());
    expect(await store.sweepTemporary(hourAgo(), new Set([blob.key]))).toBe(1);
    await put(blob, 1, large[0] ?? Buffer.alloc(0));
    await store.multipart.complete(blob, await listed(blob));
    const bytes = await buffer((await store.read(blob.key)).stream);
    expect(bytes.equals(Buffer.concat([large[0] ?? bytes, Buffer.from('arrived')]))).toBe(true);
  });

  it('is completed by another call when a crash came before or after the decisive moment', async () => {
    const { blob, parts } = await begun([large[0] ?? Buffer.alloc(0), Buffer.from('end')]);
    const upload = join(root, 'uploads', blob.key);
    const gathered = join(root, 'tmp', 'a'.repeat(32));
    // Before: some parts are gathered. After: all is in place, and the upload not yet removed.
    await cp(upload, gathered, { recursive: true });
    await cp(upload, join(root, 'copy'), { recursive: true });
    await other.multipart.complete(blob, parts);
    await rename(join(root, 'copy'), upload);

    await expect(listed(blob)).rejects.toThrow(BlobNotFound);
    await expect(put(blob, 2, Buffer.from('no more'))).rejects.toThrow(BlobNotFound);
    await store.multipart.complete(blob, parts);
    expect(await readdir(join(root, 'uploads'))).toEqual([]);
    await utimes(gathered, dayAgo(), dayAgo());
    expect(await store.sweepTemporary(hourAgo())).toBe(1);
    expect(await temporary()).toEqual([]);
    expect((await store.stat(blob.key)).sizeBytes).toBe(partBytesAtLeast + 3);
  });

  it('says that it is unavailable, not that it is gone, while the directory is away', async () => {
    const away = join(tmpdir(), `modelbox-blobs-away-${randomBytes(6).toString('hex')}`);
    const key = await completed([Buffer.from('complete')]);
    const { blob, parts } = await begun([Buffer.from('part')]);
    await rename(root, away);
    const multipart = store.multipart;
    await expect(multipart.begin()).rejects.toThrow(BlobStoreUnavailable);
    await expect(put(blob, 1, Buffer.from('part'))).rejects.toThrow(BlobStoreUnavailable);
    await expect(listed(blob)).rejects.toThrow(BlobStoreUnavailable);
    await expect(multipart.complete(blob, parts)).rejects.toThrow(BlobStoreUnavailable);
    await expect(multipart.abort(blob)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.delete(key)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.claim('me')).rejects.toThrow(BlobStoreUnavailable);
    await rename(away, root);
    await multipart.complete(blob, parts);
    expect(await text((await store.read(blob.key)).stream)).toBe('part');
  });

  it('replaces a part whose file was removed by hand', async () => {
    const { blob, parts } = await begun([Buffer.from('part')]);
    for (const name of await readdir(join(root, 'uploads', blob.key))) {
      await unlink(join(root, 'uploads', blob.key, name));
    }
    await expect(store.multipart.complete(blob, parts)).rejects.toThrow(BlobPartsChanged);
    await store.multipart.complete(blob, [await put(blob, 1, Buffer.from('part'))]);
  });

  it.skipIf(!canMount)('says that the disk is full, keeps what has arrived, and goes on', async () => {
    const outcome = await onSmallDisk(
      root,
      `import { createHash } from 'node:crypto';
       const store = await openDiskStore({ root });
       const of = async function* (size) { for (let n = 0; n < size; n += 65536) yield Buffer.alloc(65536, 7); };
       const content = (size) => ({ sizeBytes: size, sha256: createHash('sha256').update(Buffer.alloc(size, 7)).digest('hex') });
       const blob = await store.multipart.begin();
       const put = (size) => store.multipart.put(blob, 1, of(size), content(size));
       await put(2 << 20);
       const failure = await put(6 << 20).catch((error) => error.name);
       const parts = await Array.fromAsync(store.multipart.list(blob));
       const left = await store.sweepTemporary(new Date(Date.now() + 1000), new Set([blob.key]));
       await store.multipart.complete(blob, parts);
       const { sizeBytes } = await store.stat(blob.key);
       console.log(JSON.stringify({ failure, left, sizeBytes }));`,
    );
    expect(outcome).toEqual({ failure: 'BlobStoreFull', left: 0, sizeBytes: 2 << 20 });
  });
});
