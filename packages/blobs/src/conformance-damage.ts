import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { BlobNotFound, BlobRangeInvalid } from './errors.ts';
import type { BlobStore } from './store.ts';
import type { StoredCopies } from './testing/stored-copies.ts';

const distantFuture = new Date('2999-01-01');

interface Damaged {
  readonly store: BlobStore;
  readonly copies: StoredCopies;
}

/**
 * The behaviour of every store with a copy that was damaged outside of the store. The store need not notice changed
 * bytes, because the database knows the hash. It must neither hide missing bytes nor replace them.
 */
export function defineDamage(underTest: () => Damaged): void {
  describe('a copy that is damaged behind the store', () => {
    let store: BlobStore;
    let copies: StoredCopies;
    let key: string;
    const bytes = randomBytes(300_000);
    const content = async () => buffer((await store.read(key)).stream);
    beforeEach(async () => {
      ({ store, copies } = underTest());
      ({ key } = await store.write(Readable.from([bytes])));
    });

    it('is absent after it was removed, and present after it was put back', async () => {
      const kept = await copies.read(key);
      await copies.remove(key);
      await expect(store.read(key)).rejects.toThrow(BlobNotFound);
      await expect(store.read(key, { range: { start: 0, end: 9 } })).rejects.toThrow(BlobNotFound);
      await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
      expect(await Array.fromAsync(store.list())).toEqual([]);
      await copies.write(key, kept);
      expect(bytes.equals(await content())).toBe(true);
    });

    it('has its remaining size if it was truncated, and no read adds bytes', async () => {
      await copies.truncate(key);
      const sizeBytes = bytes.length - 1;
      expect(await store.stat(key)).toMatchObject({ sizeBytes });
      expect(await Array.fromAsync(store.list())).toMatchObject([{ key, sizeBytes }]);
      const reading = await store.read(key);
      expect(reading.sizeBytes).toBe(sizeBytes);
      expect(bytes.subarray(0, sizeBytes).equals(await buffer(reading.stream))).toBe(true);
      const lastByte = { start: sizeBytes, end: sizeBytes };
      await expect(store.read(key, { range: lastByte })).rejects.toThrow(BlobRangeInvalid);
    });

    it('is read unchanged if a bit was flipped', async () => {
      await copies.flip(key);
      const read = await content();
      expect(read).toHaveLength(bytes.length);
      expect(read.equals(await copies.read(key))).toBe(true);
      expect(read.equals(bytes)).toBe(false);
    });

    it('is deleted and swept like any other', async () => {
      await copies.truncate(key);
      await store.delete(key);
      await expect(store.stat(key)).rejects.toThrow(BlobNotFound);
      expect(await Array.fromAsync(store.list())).toEqual([]);
      expect(await store.sweepTemporary(distantFuture)).toBe(0);
    });

    it('never ends a read like a whole copy if it is removed meanwhile', async () => {
      const { stream } = await store.read(key);
      await copies.remove(key);
      const read = await buffer(stream).catch(() => undefined);
      if (read) expect(bytes.equals(read)).toBe(true);
    });
  });
}
