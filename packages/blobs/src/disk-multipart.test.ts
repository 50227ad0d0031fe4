import { randomBytes } from 'node:crypto';
import {
  cp,
  mkdir,
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
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobNotFound, BlobPartsChanged } from './errors.ts';
import { openDiskStore } from './index.ts';
import { partBytesAtLeast } from './part-rules.ts';
import type { BlobStore } from './store.ts';
import { partsOnDisk } from './testing/parts-on-disk.ts';

const distantFuture = new Date('2999-01-01');
const hourAgo = () => new Date(Date.now() - 3_600_000);
const dayAgo = () => new Date(Date.now() - 86_400_000);
const large = Array.from({ length: 3 }, () => randomBytes(partBytesAtLeast));
const whole = Buffer.concat(large);

describe('content in parts on disk', () => {
  let root: string;
  let store: BlobStore;
  /** As another server on the same disk: they share no memory. */
  let other: BlobStore;
  let on: ReturnType<typeof partsOnDisk>;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'modelbox-blobs-'));
    store = await openDiskStore({ root });
    other = await openDiskStore({ root });
    on = partsOnDisk(root, store);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is a directory of its parts in order, which only its owner may read', async () => {
    const key = await on.completed(large);
    const names = (await readdir(on.pathOf(key))).sort();
    expect(names).toEqual(['00001of00003.5242880', '00002of00003.5242880', '00003of00003.5242880']);
    const open = await on.begun([Buffer.from('open')]);
    for (const path of [on.pathOf(key), join(root, 'uploads', open.blob.key)]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
      for (const name of await readdir(path)) {
        const { mode, nlink } = await stat(join(path, name));
        expect([mode & 0o777, nlink]).toEqual([0o600, 1]);
      }
    }
    expect(await on.uploads()).toEqual([open.blob.key]);
    expect(await on.temporary()).toEqual([]);
  });

  it('is absent if one of its parts is missing or truncated', async () => {
    const key = await on.completed(large);
    const parts = (await readdir(on.pathOf(key))).sort();
    for (const name of [parts[0], parts[1], parts[2]]) {
      await rename(join(on.pathOf(key), name ?? ''), join(root, 'aside'));
      await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
      await expect(store.read(key)).rejects.toThrow(BlobNotFound);
      expect(await Array.fromAsync(store.list())).toEqual([]);
      await rename(join(root, 'aside'), join(on.pathOf(key), name ?? ''));
    }
    await truncate(join(on.pathOf(key), parts[1] ?? ''), 1000);
    expect(await store.stat(key)).toMatchObject({ sizeBytes: 2 * partBytesAtLeast + 1000 });
    const { stream } = await store.read(key);
    await expect(buffer(stream)).rejects.toThrow(/its part 00002of00003.5242880 is truncated/);
    const range = { start: 2 * partBytesAtLeast, end: whole.length - 1 };
    expect(large[2]?.equals(await buffer((await store.read(key, { range })).stream))).toBe(true);
    await rm(join(on.pathOf(key), parts[0] ?? ''));
    await mkdir(join(on.pathOf(key), parts[0] ?? ''));
    await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    await store.delete(key);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    expect(await on.temporary()).toEqual([]);
  });

  it('ignores files that the store did not write', async () => {
    const { blob, parts } = await on.begun([Buffer.from('mine')]);
    for (const name of ['notes.txt', '1.1.4.short', '1.x', '.nfs0001']) {
      await writeFile(join(root, 'uploads', blob.key, name), '');
    }
    await writeFile(join(root, 'uploads', 'README'), '');
    expect(await on.listed(blob)).toEqual(parts);
    await store.multipart.complete(blob, parts);
    await writeFile(join(on.pathOf(blob.key), '.nfs0001'), '');
    expect(await text((await store.read(blob.key)).stream)).toBe('mine');
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
    await store.delete(blob.key);
    expect(await on.temporary()).toEqual([]);
  });

  it('lets its readers in the same process finish after a delete, and then frees the space', async () => {
    const key = await on.completed(large);
    await utimes(on.pathOf(key), dayAgo(), dayAgo());
    const [one, two] = [await store.read(key), await store.read(key)];
    await store.delete(key);
    await store.delete(key);
    await expect(store.read(key)).rejects.toThrow(BlobNotFound);
    // Longer than it takes to remove the parts, if nothing waited for the readers.
    for (let turn = 0; turn < 20; turn += 1) await store.check();
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
    expect(await other.sweepTemporary(hourAgo())).toBe(0);
    expect(whole.equals(await buffer(one.stream))).toBe(true);
    expect(await on.temporary()).toHaveLength(1);
    two.stream.destroy();
    await expect.poll(on.temporary).toEqual([]);
  });

  it('fails for readers in another process after a delete, so that they read no wrong byte', async () => {
    const key = await on.completed(large);
    const { stream } = await store.read(key);
    await other.delete(key);
    await expect(buffer(stream)).rejects.toThrow(BlobNotFound);
  });

  it('is never partly visible during a delete', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const key = await on.completed(large);
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

  it('has exactly the named parts if a stale put races the completion, on any server', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const { blob, parts } = await on.begun([Buffer.from('named')]);
      const [putting, completing] = await Promise.allSettled([
        on.put(blob, 1, Buffer.from('stale'), other),
        store.multipart.complete(blob, parts),
      ]);
      if (completing.status === 'fulfilled') {
        expect(await text((await other.read(blob.key)).stream)).toBe('named');
      } else {
        expect(completing.reason).toBeInstanceOf(BlobPartsChanged);
        expect(putting.status).toBe('fulfilled');
        await other.multipart.complete(blob, await on.listed(blob));
        expect(await text((await store.read(blob.key)).stream)).toBe('stale');
      }
      if (putting.status === 'rejected') expect(putting.reason).toBeInstanceOf(BlobNotFound);
      await expect(on.listed(blob)).rejects.toThrow(BlobNotFound);
    }
    expect(await on.uploads()).toEqual([]);
    expect(await on.temporary()).toEqual([]);
  });

  it('is removed by an abort, whatever races it', async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const { blob, parts } = await on.begun([Buffer.from('a part')]);
      const [putting, completing] = await Promise.allSettled([
        on.put(blob, 1, Buffer.from('stale'), other),
        other.multipart.complete(blob, parts),
        store.multipart.abort(blob),
      ]);
      await expect(on.listed(blob)).rejects.toThrow(BlobNotFound);
      if (putting.status === 'rejected') expect(putting.reason).toBeInstanceOf(BlobNotFound);
      if (completing.status === 'fulfilled') await store.delete(blob.key);
      else expect([BlobNotFound, BlobPartsChanged]).toContain(completing.reason.constructor);
      await expect(store.stat(blob.key)).rejects.toThrow(BlobNotFound);
    }
    // A file that a concurrent put left in the directory during the removal.
    for (const store_ of [store, other]) await store_.sweepTemporary(distantFuture);
    expect(await on.uploads()).toEqual([]);
    expect(await on.temporary()).toEqual([]);
  });

  it('uses the part that finished last if a crash or another server left the replaced one', async () => {
    // The greater of the two hashes.
    for (const [first, second] of [
      ['one', 'two'],
      ['two', 'one'],
    ] as const) {
      const { blob } = await on.begun([Buffer.from(first)]);
      const upload = join(root, 'uploads', blob.key);
      await rm(join(root, 'left'), { recursive: true, force: true });
      await cp(upload, join(root, 'left'), { recursive: true });
      const part = await on.put(blob, 1, Buffer.from(second));
      await cp(join(root, 'left'), upload, { recursive: true });
      expect(await readdir(upload)).toHaveLength(2);
      expect(await on.listed(blob)).toMatchObject([{ tag: part.tag }]);
      await store.multipart.complete(blob, [part]);
      expect(await text((await store.read(blob.key)).stream)).toBe(second);
    }
    expect(await on.uploads()).toEqual([]);
    expect(await on.temporary()).toEqual([]);
  });

  it('replaces a part whose file was removed by hand', async () => {
    const { blob, parts } = await on.begun([Buffer.from('part')]);
    for (const name of await readdir(join(root, 'uploads', blob.key))) {
      await unlink(join(root, 'uploads', blob.key, name));
    }
    await expect(store.multipart.complete(blob, parts)).rejects.toThrow(BlobPartsChanged);
    await store.multipart.complete(blob, [await on.put(blob, 1, Buffer.from('part'))]);
  });
});
