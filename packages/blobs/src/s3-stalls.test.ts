import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import type { BlobStore } from './store.ts';
import { describeWithS3, type FaultProxy, startFaultProxy } from './testing/index.ts';

const MiB = 2 ** 20;
const distantFuture = new Date('2999-01-01');
const stallTimeout = 2_000;

await describeWithS3('an S3 server that stalls', (bucket) => {
  const { endpoint = '', ...options } = bucket.options();
  let proxy: FaultProxy;
  let store: BlobStore;
  beforeAll(async () => {
    proxy = await startFaultProxy({ endpoint });
    store = await openS3Store({ ...options, endpoint: proxy.endpoint, stallTimeout });
  });
  afterEach(() => proxy.clear());
  afterAll(() => proxy.close());

  const small = () => Readable.from([Buffer.from('small')]);
  async function* pieces(bytes: Uint8Array, rest?: number) {
    for (let at = 0; at < bytes.length; at += 4 * MiB) {
      if (rest !== undefined) await pause(rest);
      yield bytes.subarray(at, at + 4 * MiB);
    }
  }
  const requested = (operation: string) =>
    proxy.requests.filter((request) => request.operation === operation).length;
  const contentOf = (bytes: Uint8Array) => ({
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });

  it.each(['request', 'answer'] as const)(
    'at the %s: requests without a body fail after two tries',
    async (at) => {
      const { key } = await store.write(small());
      const blob = await store.multipart.begin();
      proxy.clear();
      const rule = proxy.inject({ kind: 'stall', at });
      const calls = {
        stat: () => store.stat(key),
        read: () => store.read(key),
        delete: () => store.delete(key),
        list: () => Array.fromAsync(store.list()),
        parts: () => Array.fromAsync(store.multipart.list(blob)),
        begin: () => store.multipart.begin(),
        abort: () => store.multipart.abort(blob),
        sweep: () => store.sweepTemporary(distantFuture),
      };
      const errors = await Promise.all(
        Object.values(calls).map((call) => call().catch((error: unknown) => error)),
      );
      for (const error of errors) {
        expect(error).toBeInstanceOf(BlobStoreUnavailable);
        expect((error as Error).message).toContain('S3Stalled: no progress for 2 s');
      }
      for (const operation of ['HeadObject', 'GetObject', 'DeleteObject', 'ListParts'])
        expect(requested(operation), operation).toBe(2);
      expect(rule.injected.length).toBeGreaterThan(0);
    },
  );

  it('when it accepts a connection: the store cannot be opened, and the error says why', async () => {
    const rule = proxy.inject({ kind: 'stall', at: 'connect' });
    const opening = openS3Store({ ...options, endpoint: proxy.endpoint, stallTimeout });
    await expect(opening).rejects.toThrow(/no progress/);
    expect(rule.injected.length).toBeGreaterThan(0);
  });

  it('only once: a read is retried on another connection', async () => {
    const { key } = await store.write(small());
    const rule = proxy.inject({ kind: 'stall', at: 'answer' }, { operation: 'GetObject', times: 1 });
    expect(String(await buffer((await store.read(key)).stream))).toBe('small');
    expect(rule.injected).toHaveLength(1);
  });

  it('in the middle of a read: the reader gets an error', async () => {
    const { key } = await store.write(pieces(randomBytes(20 * MiB)));
    const rule = proxy.inject({ kind: 'stall', at: 'answer-body', afterBytes: 5 * MiB });
    const { stream } = await store.read(key);
    await expect(buffer(stream)).rejects.toThrow(BlobStoreUnavailable);
    expect(rule.injected).toHaveLength(1);
  });

  it('but a slow reader or sender may take longer than the limit', async () => {
    const bytes = randomBytes(20 * MiB);
    const { key } = await store.write(pieces(bytes, stallTimeout * 0.4));
    const { stream } = await store.read(key);
    await pause(2 * stallTimeout);
    stream.read();
    await pause(2 * stallTimeout);
    const rest = await buffer(stream);
    expect(rest.length).toBeGreaterThan(0);
    expect(stream.errored).toBeNull();

    const blob = await store.multipart.begin();
    const part = randomBytes(8 * MiB);
    const put = await store.multipart.put(blob, 1, pieces(part, 2 * stallTimeout), contentOf(part));
    await store.multipart.complete(blob, [put]);
    expect(proxy.requests.filter(({ operation }) => operation === 'UploadPart').length).toBe(4);
  });

  it.each([
    { operation: 'PutObject', size: MiB },
    { operation: 'UploadPart', size: 20 * MiB },
  ])('in a $operation: it is sent once and fails, and nothing is left', async ({ operation, size }) => {
    const rule = proxy.inject({ kind: 'stall', at: 'request-body', afterBytes: 64 * 1024 }, { operation });
    await expect(store.write(pieces(randomBytes(size)))).rejects.toThrow(/no progress/);
    expect(rule.injected.length).toBeGreaterThan(0);
    const sent = rule.injected.map(({ url }) => url);
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('in a part of a multipart blob, and at its completion: an error, and another try succeeds', async () => {
    const blob = await store.multipart.begin();
    const bytes = randomBytes(6 * MiB);
    const stalled = proxy.inject(
      { kind: 'stall', at: 'request-body', afterBytes: MiB },
      { operation: 'UploadPart' },
    );
    const put = () => store.multipart.put(blob, 1, pieces(bytes), contentOf(bytes));
    await expect(put()).rejects.toThrow(/no progress for 2 s/);
    stalled.remove();
    const parts = [await put()];
    const lost = proxy.inject({ kind: 'stall', at: 'answer' }, { operation: 'CompleteMultipartUpload' });
    await expect(store.multipart.complete(blob, parts)).rejects.toThrow(/no progress for 5 s/);
    expect(lost.injected).toHaveLength(1);
    lost.remove();
    await store.multipart.complete(blob, parts);
    expect(bytes.equals(await buffer((await store.read(blob.key)).stream))).toBe(true);
  });

  it('for some uploads: they do not block the shared memory for others', async () => {
    const patient = await openS3Store({ ...options, endpoint: proxy.endpoint, stallTimeout: 6_000 });
    const rule = proxy.inject(
      { kind: 'stall', at: 'request-body', afterBytes: MiB },
      { operation: 'UploadPart', times: 8 },
    );
    const failures: unknown[] = [];
    const stalled = Array.from({ length: 8 }, () =>
      patient.write(pieces(randomBytes(40 * MiB))).catch((error: unknown) => failures.push(error)),
    );
    await expect.poll(() => rule.injected.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(5);
    const bytes = randomBytes(20 * MiB);
    const { key } = await patient.write(pieces(bytes));
    expect(bytes.equals(await buffer((await patient.read(key)).stream))).toBe(true);
    rule.remove();
    await Promise.all(stalled);
    for (const error of failures) expect(error).toBeInstanceOf(BlobStoreUnavailable);
  });
});
