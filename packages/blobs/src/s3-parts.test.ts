import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BlobMismatch, BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import type { S3StoreOptions } from './s3-options.ts';
import type { BlobStore } from './store.ts';
import { describeWithS3 } from './testing/index.ts';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.ts';

const MiB = 2 ** 20;
const contentOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

await describeWithS3('content in parts on S3, over a connection that fails', (bucket) => {
  let options: S3StoreOptions;
  let proxy: TcpProxy;
  let store: BlobStore;
  /** By the straight line. */
  let straight: BlobStore;
  beforeEach(async () => {
    options = bucket.options();
    proxy = await startTcpProxy(options.endpoint ?? '');
    store = await openS3Store({ ...options, endpoint: proxy.endpoint });
    straight = await openS3Store(options);
  });
  afterEach(() => proxy.close());

  it('reads from the source no faster than the connection sends, and sends everything in the end', async () => {
    const size = 64 * MiB;
    const chunk = randomBytes(MiB);
    const hash = createHash('sha256');
    for (let at = 0; at < size; at += chunk.length) hash.update(chunk);
    let taken = 0;
    async function* source() {
      for (; taken < size; taken += chunk.length) {
        if (taken === 4 * MiB) proxy.stall(true);
        yield chunk;
      }
    }
    const blob = await store.multipart.begin();
    const putting = store.multipart.put(blob, 1, source(), { sizeBytes: size, sha256: hash.digest('hex') });
    // The accepted bytes are in the sockets of both ends, and in a few pieces of 256 KiB in this process.
    let before = -1;
    while (taken < 4 * MiB || taken > before) {
      before = taken;
      await pause(500);
    }
    expect(taken).toBeLessThan(24 * MiB);
    proxy.stall(false);
    expect(await putting).toMatchObject({ number: 1, sizeBytes: size });
    expect(await Array.fromAsync(straight.multipart.list(blob))).toMatchObject([{ sizeBytes: size }]);
  });

  it('can be aborted while the connection is stalled', async () => {
    const blob = await store.multipart.begin();
    const abort = new AbortController();
    const reason = new Error('enough');
    const bytes = randomBytes(32 * MiB);
    async function* source() {
      for (let at = 0; at < bytes.length; at += MiB) {
        if (at === MiB) {
          proxy.stall(true);
          setTimeout(() => abort.abort(reason), 100);
        }
        yield bytes.subarray(at, at + MiB);
      }
    }
    const putting = store.multipart.put(blob, 1, source(), contentOf(bytes), { signal: abort.signal });
    await expect(putting).rejects.toBe(reason);
    expect(await Array.fromAsync(straight.multipart.list(blob))).toEqual([]);
  });

  it('fails if the answer to a part is lost, and accepts the same part again', async () => {
    const blob = await store.multipart.begin();
    const bytes = randomBytes(MiB);
    const put = () => store.multipart.put(blob, 1, Readable.from([bytes]), contentOf(bytes));
    proxy.loseAnswers(true);
    await expect(put()).rejects.toThrow(BlobStoreUnavailable);
    proxy.loseAnswers(false);
    await store.multipart.complete(blob, [await put()]);
    expect(bytes.equals(await buffer((await straight.read(blob.key)).stream))).toBe(true);
  });

  it('is complete with the next call if the answer to its completion is lost', async () => {
    const blob = await store.multipart.begin();
    const bytes = Buffer.from('all of it');
    const part = await store.multipart.put(blob, 1, Readable.from([bytes]), contentOf(bytes));
    proxy.loseAnswers(true);
    await expect(store.multipart.complete(blob, [part])).rejects.toThrow(BlobStoreUnavailable);
    proxy.loseAnswers(false);
    expect(await text((await straight.read(blob.key)).stream)).toBe('all of it');
    await store.multipart.complete(blob, [part]);
    await store.multipart.abort(blob);
    expect(await text((await store.read(blob.key)).stream)).toBe('all of it');
  });

  it('is rejected if its last byte is wrong, although all others were sent', async () => {
    const blob = await store.multipart.begin();
    const bytes = randomBytes(3 * MiB);
    const { sizeBytes, sha256 } = contentOf(bytes);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    const putting = store.multipart.put(blob, 1, Readable.from([bytes]), { sizeBytes, sha256 });
    await expect(putting).rejects.toThrow(BlobMismatch);
    expect(await Array.fromAsync(straight.multipart.list(blob))).toEqual([]);
  });
});
