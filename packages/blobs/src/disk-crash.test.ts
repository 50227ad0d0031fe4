import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobNotFound, BlobStoreUnavailable } from './errors.ts';
import { openDiskStore } from './index.ts';
import { partBytesAtLeast } from './part-rules.ts';
import type { BlobStore } from './store.ts';
import { canMount, inChild, onSmallDisk } from './testing/child.ts';
import { contentOf, partsOnDisk } from './testing/parts-on-disk.ts';

const distantFuture = new Date('2999-01-01');
const hourAgo = () => new Date(Date.now() - 3_600_000);
const dayAgo = () => new Date(Date.now() - 86_400_000);
const large = randomBytes(partBytesAtLeast);

describe('content in parts on a disk that fails, or a server that is killed', () => {
  let root: string;
  let store: BlobStore;
  let other: BlobStore;
  let on: ReturnType<typeof partsOnDisk>;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'modelbox-blobs-'));
    store = await openDiskStore({ root });
    other = await openDiskStore({ root });
    on = partsOnDisk(root, store);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('continues after its process was killed in the middle of a part', async () => {
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
    expect(await on.listed(blob)).toMatchObject([{ number: 2, sizeBytes: 7 }]);
    const [left = '', ...more] = await on.temporary();
    expect(more).toEqual([]);
    expect(await store.sweepTemporary(hourAgo())).toBe(0);
    await utimes(join(root, 'tmp', left), dayAgo(), dayAgo());
    await utimes(join(root, 'uploads', blob.key), dayAgo(), dayAgo());
    expect(await store.sweepTemporary(hourAgo(), new Set([blob.key]))).toBe(1);
    await on.put(blob, 1, large);
    await store.multipart.complete(blob, await on.listed(blob));
    const bytes = await buffer((await store.read(blob.key)).stream);
    expect(bytes.equals(Buffer.concat([large, Buffer.from('arrived')]))).toBe(true);
  });

  it('is whole or absent whenever its process is killed, and present if its completion was reported', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const child = inChild(
        root,
        `import { createHash, randomBytes } from 'node:crypto';
         const store = await openDiskStore({ root });
         const put = async (blob, number, bytes) => {
           const content = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
           return store.multipart.put(blob, number, (async function* () { yield bytes; })(), content);
         };
         for (let turn = 0; ; turn += 1) {
           const blob = await store.multipart.begin();
           const contents = [randomBytes(5 << 20), randomBytes(1000)];
           const parts = await Promise.all(contents.map((bytes, index) => put(blob, index + 1, bytes)));
           const sha256 = createHash('sha256').update(Buffer.concat(contents)).digest('hex');
           console.log('completing', blob.key, sha256);
           await store.multipart.complete(blob, parts);
           console.log('complete', blob.key, sha256);
           if (turn % 2 === 0) continue;
           console.log('deleting', blob.key, '');
           await store.delete(blob.key);
         }`,
      );
      if (!child.stdout || !child.stderr) throw new Error('no output to wait for');
      const [output, complaint] = [text(child.stdout), text(child.stderr)];
      await once(child.stdout, 'data');
      await pause(Math.random() * 100);
      child.kill('SIGKILL');
      const states = new Map<string, string>();
      const hashes = new Map<string, string>();
      for (const line of (await output).trim().split('\n')) {
        const [state = '', key = '', sha256 = ''] = line.split(' ');
        states.set(key, state);
        if (sha256) hashes.set(key, sha256);
      }
      expect(await complaint).toBe('');

      const fresh = await openDiskStore({ root });
      const found = (await Array.fromAsync(fresh.list())).map(({ key }) => key);
      for (const [key, state] of states) if (state === 'complete') expect(found).toContain(key);
      for (const key of found) {
        expect(contentOf(await buffer((await fresh.read(key)).stream)).sha256).toBe(hashes.get(key));
        await fresh.delete(key);
      }
      await fresh.sweepTemporary(distantFuture);
      expect([await on.temporary(), await on.uploads()]).toEqual([[], []]);
    }
  });

  it('is completed by another call after a crash before or after the decisive moment', async () => {
    const { blob, parts } = await on.begun([large, Buffer.from('end')]);
    const upload = join(root, 'uploads', blob.key);
    const gathered = join(root, 'tmp', 'a'.repeat(32));
    // Before: some parts are gathered. After: all is in place, and the upload not yet removed.
    await cp(upload, gathered, { recursive: true });
    await cp(upload, join(root, 'copy'), { recursive: true });
    await other.multipart.complete(blob, parts);
    await rename(join(root, 'copy'), upload);

    await expect(on.listed(blob)).rejects.toThrow(BlobNotFound);
    await expect(on.put(blob, 2, Buffer.from('no more'))).rejects.toThrow(BlobNotFound);
    await store.multipart.complete(blob, parts);
    expect(await on.uploads()).toEqual([]);
    await utimes(gathered, dayAgo(), dayAgo());
    expect(await store.sweepTemporary(hourAgo())).toBe(1);
    expect(await on.temporary()).toEqual([]);
    expect((await store.stat(blob.key)).sizeBytes).toBe(partBytesAtLeast + 3);
  });

  it('reports that it is unavailable, not missing, while the directory is missing', async () => {
    const away = join(tmpdir(), `modelbox-blobs-away-${randomBytes(6).toString('hex')}`);
    const key = await on.completed([Buffer.from('complete')]);
    const { blob, parts } = await on.begun([Buffer.from('part')]);
    await rename(root, away);
    const multipart = store.multipart;
    await expect(multipart.begin()).rejects.toThrow(BlobStoreUnavailable);
    await expect(on.put(blob, 1, Buffer.from('part'))).rejects.toThrow(BlobStoreUnavailable);
    await expect(on.listed(blob)).rejects.toThrow(BlobStoreUnavailable);
    await expect(multipart.complete(blob, parts)).rejects.toThrow(BlobStoreUnavailable);
    await expect(multipart.abort(blob)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.delete(key)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.claim('me')).rejects.toThrow(BlobStoreUnavailable);
    await rename(away, root);
    await multipart.complete(blob, parts);
    expect(await text((await store.read(blob.key)).stream)).toBe('part');
  });

  it.skipIf(!canMount)('reports that the disk is full, keeps the arrived parts, and continues', async () => {
    const outcome = await onSmallDisk(
      root,
      `import { createHash } from 'node:crypto';
       const store = await openDiskStore({ root });
       const of = async function* (size) { for (let n = 0; n < size; n += 65536) yield Buffer.alloc(65536, 7); };
       const hash = (size) => createHash('sha256').update(Buffer.alloc(size, 7)).digest('hex');
       const content = (size) => ({ sizeBytes: size, sha256: hash(size) });
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
