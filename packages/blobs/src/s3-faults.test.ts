import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { BlobNotFound, BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import { describeWithS3 } from './testing/index.ts';

const MiB = 2 ** 20;
const distantFuture = new Date('2999-01-01');

await describeWithS3(
  'an S3 server that goes away',
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
        // The sweep aborts the rest, once.
        await store.sweepTemporary(distantFuture);
        expect(await store.sweepTemporary(distantFuture)).toBe(0);
        const { key } = await store.write(Readable.from([Buffer.from('again')]));
        expect(String(await buffer((await store.read(key)).stream))).toBe('again');
      },
    );

    it('during a part and a completion: an error; the arrived parts stay, and another try succeeds', async () => {
      const { multipart, ...store } = await openS3Store(bucket.options());
      const blob = await multipart.begin();
      const bytes = [randomBytes(6 * MiB), randomBytes(MiB)] as const;
      const put = (number: 1 | 2, end?: () => Promise<void>) => {
        const content = bytes[number - 1] ?? bytes[0];
        async function* source() {
          yield content.subarray(0, content.length / 2);
          await end?.();
          yield content.subarray(content.length / 2);
        }
        const sha256 = createHash('sha256').update(content).digest('hex');
        return multipart.put(blob, number, source(), { sizeBytes: content.length, sha256 });
      };
      const first = await put(1);
      await expect(put(2, bucket.kill)).rejects.toThrow(BlobStoreUnavailable);
      await expect(multipart.begin()).rejects.toThrow(BlobStoreUnavailable);
      await expect(Array.fromAsync(multipart.list(blob))).rejects.toThrow(BlobStoreUnavailable);
      await bucket.start();
      expect(await Array.fromAsync(multipart.list(blob))).toMatchObject([{ number: 1, tag: first.tag }]);
      const parts = [first, await put(2)];
      await bucket.kill();
      await expect(multipart.complete(blob, parts)).rejects.toThrow(BlobStoreUnavailable);
      await expect(multipart.abort(blob)).rejects.toThrow(BlobStoreUnavailable);
      await bucket.start();
      const completing = multipart.complete(blob, parts).catch((error: unknown) => error);
      await bucket.kill();
      await bucket.start();
      // A gateway that was killed in the middle of completing leaves a lock of its own, for minutes: until it is over
      // the store is unavailable for this, and never says that the parts are lost.
      const again = await multipart.complete(blob, parts).catch((error: unknown) => error);
      for (const outcome of [await completing, again])
        if (outcome !== undefined) expect(outcome).toBeInstanceOf(BlobStoreUnavailable);
      // A slow gateway may have completed the upload after the store stopped waiting for it: then the parts are gone.
      const left = await Array.fromAsync(multipart.list(blob)).catch((error: unknown) => error);
      if (again === undefined || left instanceof BlobNotFound)
        expect(Buffer.concat(bytes).equals(await buffer((await store.read(blob.key)).stream))).toBe(true);
      else expect(left).toMatchObject(parts.map(({ tag }) => ({ tag })));
      await multipart.abort(blob).catch(() => {});
      await store.delete(blob.key);
    });

    it('during a read, a delete and any other operation: an error, and the blob still exists', async () => {
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
