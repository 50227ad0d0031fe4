import { Readable } from 'node:stream';
import { ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BlobNotFound, BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import type { BlobStore } from './store.ts';
import { describeWithS3, type FaultProxy, startFaultProxy } from './testing/index.ts';

const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
const distantFuture = new Date('2999-01-01');

await describeWithS3('the rights and requests of a store in its bucket', (bucket) => {
  const { endpoint = '', ...options } = bucket.options();
  let proxy: FaultProxy;
  let store: BlobStore;
  const told: string[] = [];
  const open = () =>
    openS3Store({ ...options, endpoint: proxy.endpoint, tell: (message) => told.push(message) });
  beforeAll(async () => {
    proxy = await startFaultProxy({ endpoint });
    store = await open();
  });
  afterEach(() => {
    proxy.clear();
    told.length = 0;
  });
  afterAll(() => proxy.close());
  const write = (text: string) => store.write(Readable.from([Buffer.from(text)]));

  it('with all rights: a start leaves nothing, and several concurrent starts succeed', async () => {
    await Promise.all([open(), open(), open()]);
    expect(told).toEqual([]);
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
  });

  it.each([
    { operations: ['PutObject'], rights: 's3:PutObject' },
    { operations: ['GetObject'], rights: 's3:GetObject' },
    { operations: ['DeleteObject', 'ListObjectsV2'], rights: 's3:DeleteObject, s3:ListBucket' },
    { operations: ['ListParts'], rights: 's3:ListMultipartUploadParts' },
  ])('cannot be opened without $rights, and names them', async ({ operations, rights }) => {
    for (const operation of operations) proxy.inject(denied, { operation });
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BlobStoreUnavailable);
    expect((error as Error).message).toBe(
      `the blob store is unavailable: S3 answered 403 to ${operations[0]}: AccessDenied: ` +
        `the credentials lack ${rights}`,
    );
  });

  it('leaves at most one probe, however often a start fails because deletes are forbidden', async () => {
    proxy.inject(denied, { operation: 'DeleteObject' });
    for (let count = 0; count < 3; count += 1) await expect(open()).rejects.toThrow('s3:DeleteObject');
    proxy.clear();
    expect(await store.sweepTemporary(distantFuture)).toBe(1);
  });

  it('opens without the rights to clean up, and reports the missing ones', async () => {
    for (const operation of ['AbortMultipartUpload', 'ListMultipartUploads'])
      proxy.inject(denied, { operation });
    await open();
    expect(told).toEqual([
      `the credentials for the bucket ${options.bucket} lack s3:AbortMultipartUpload and ` +
        's3:ListBucketMultipartUploads, so the remains of interrupted uploads stay there',
    ]);
  });

  it.each(['ListMultipartUploads', 'AbortMultipartUpload'])(
    'sweeps everything that it may if %s is denied, and reports the denial',
    async (operation) => {
      proxy.inject(denied, { operation: 'DeleteObject' });
      await expect(open()).rejects.toThrow('s3:DeleteObject');
      proxy.clear();
      await store.multipart.begin();
      const rule = proxy.inject(denied, { operation });
      await expect(store.sweepTemporary(distantFuture)).rejects.toThrow(`403 to ${operation}: AccessDenied`);
      expect(rule.injected).toHaveLength(1);
      rule.remove();
      // The upload alone is left.
      expect(await store.sweepTemporary(distantFuture)).toBe(1);
    },
  );

  it('a check writes nothing, with or without a marker, and detects that the bucket is gone', async () => {
    const client = bucket.client();
    const { bucket: Bucket } = options;
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const versions = async () => {
      const { Versions = [], DeleteMarkers = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket }),
      );
      return Versions.length + DeleteMarkers.length;
    };
    const before = await versions();
    await store.check();
    expect(await versions()).toBe(before);
    await store.claim('database:1');
    const claimed = await versions();
    proxy.clear();
    for (let count = 0; count < 3; count += 1) await store.check();
    expect(await versions()).toBe(claimed);
    expect(new Set(proxy.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    proxy.inject({ kind: 'error', status: 404, code: 'NoSuchBucket' });
    await expect(store.check()).rejects.toThrow(BlobStoreUnavailable);
  });

  it('an aborted check ends at once, with its request', async () => {
    const rule = proxy.inject({ kind: 'stall', at: 'answer' });
    const reason = new Error('late');
    const abort = new AbortController();
    const checking = store.check({ signal: abort.signal });
    await expect.poll(() => rule.injected.length).toBe(1);
    abort.abort(reason);
    await expect(checking).rejects.toBe(reason);
    expect(proxy.requests).toHaveLength(1);
  });

  const absent = { kind: 'error', status: 404, code: 'NoSuchKey' } as const;
  const over = { kind: 'error', status: 404, code: 'NoSuchUpload' } as const;

  it('trusts a 404 for a blob only the second time', async () => {
    const { key } = await write('x');
    for (const operation of ['HeadObject', 'GetObject']) {
      const rule = proxy.inject(absent, { operation, times: 1 });
      const look = operation === 'GetObject' ? store.read(key) : store.stat(key);
      expect((await look).sizeBytes).toBe(1);
      expect(rule.injected).toHaveLength(1);
      proxy.inject(absent, { operation, times: 2 });
      const again = operation === 'GetObject' ? store.read(key) : store.stat(key);
      await expect(again).rejects.toThrow(BlobNotFound);
      proxy.clear();
    }
    proxy.inject({ ...absent, code: 'NoSuchBucket' });
    await expect(store.read(key)).rejects.toThrow(BlobStoreUnavailable);
  });

  it('trusts a 404 for an upload only the second time, also while a part is sent', async () => {
    const blob = await store.multipart.begin();
    const content = {
      sizeBytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    };
    const put = () => store.multipart.put(blob, 1, Readable.from([]), content);
    await put();
    const listing = proxy.inject(over, { operation: 'ListParts', times: 1 });
    const parts = await Array.fromAsync(store.multipart.list(blob));
    expect([parts.length, listing.injected.length]).toEqual([1, 1]);
    proxy.inject(over, { operation: 'UploadPart', times: 1 });
    await expect(put()).rejects.toThrow(BlobStoreUnavailable);
    const completing = proxy.inject(over, { operation: 'CompleteMultipartUpload', times: 1 });
    proxy.inject(over, { operation: 'ListParts', times: 1 });
    await expect(store.multipart.complete(blob, parts)).rejects.toThrow(BlobStoreUnavailable);
    expect(completing.injected).toHaveLength(1);
    await store.multipart.complete(blob, parts);
    await expect(put()).rejects.toThrow(BlobNotFound);
  });
});
