import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import { describeWithS3 } from './testing/index.ts';

const MiB = 2 ** 20;
const distantFuture = new Date('2999-01-01');

await describeWithS3(
  'S3 that goes away',
  (bucket) => {
    it.each([3 * MiB, 30 * MiB])(
      'during a write of %i bytes: an error, nothing visible, and works again',
      async (size) => {
        const store = await openS3Store(bucket.options());
        async function* source() {
          for (let at = 0; at < size; at += MiB) {
            if (at === 2 * Math.floor(size / MiB / 3) * MiB) await bucket.kill();
            yield randomBytes(MiB);
          }
        }
        await expect(store.write(source())).rejects.toThrow(BlobStoreUnavailable);
        await bucket.start();
        expect(await Array.fromAsync(store.list())).toEqual([]);
        // What could not be aborted is left to the sweep, once.
        await store.sweepTemporary(distantFuture);
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
        const { key } = await store.write(Readable.from([Buffer.from('again')]));
        expect(String(await buffer((await store.read(key)).stream))).toBe('again');
      },
    );

    it('during a read, a delete and everything else: an error, and the blob is there afterwards', async () => {
      const store = await openS3Store(bucket.options());
      const bytes = randomBytes(30 * MiB);
      const { key } = await store.write(Readable.from([bytes]));
      const { stream } = await store.read(key);
      await bucket.kill();
      await expect(buffer(stream)).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.read(key)).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.stat(key)).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.delete(key)).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.check()).rejects.toThrow(BlobStoreUnavailable);
      await expect(store.sweepTemporary(distantFuture)).rejects.toThrow(BlobStoreUnavailable);
      await expect(Array.fromAsync(store.list())).rejects.toThrow(BlobStoreUnavailable);
      await bucket.start();
      expect(bytes.equals(await buffer((await store.read(key)).stream))).toBe(true);
      await store.delete(key);
      await store.check();
    });
  },
  { ownGateway: true },
);
