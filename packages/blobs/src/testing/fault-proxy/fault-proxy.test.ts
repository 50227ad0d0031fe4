import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWithS3, type FaultProxy, startFaultProxy } from '../index.ts';

const MiB = 2 ** 20;
const minutes = 60_000;

await describeWithS3('the fault proxy', (bucket) => {
  const { bucket: Bucket, endpoint: target = '', credentials } = bucket.options();
  const Key = 'aa/object';
  const bytes = randomBytes(3 * MiB);
  let proxy: FaultProxy;
  let s3: S3Client;
  beforeAll(async () => {
    proxy = await startFaultProxy({ endpoint: target, credentials });
    const { endpoint } = proxy;
    s3 = new S3Client({
      endpoint,
      ...(credentials && { credentials }),
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await put();
    proxy.clear();
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    s3.destroy();
    await proxy.close();
  });
  const put = (Body: Uint8Array | Readable = bytes, more = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: bytes.length, ...more }));
  const get = async (client = s3) => {
    const { Body, ...headers } = await client.send(
      new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }),
    );
    return { headers, body: await buffer(Body as Readable) };
  };
  const head = () => s3.send(new HeadObjectCommand({ Bucket, Key }));
  const operations = () => proxy.requests.map(({ operation }) => operation);
  const kinds = () => proxy.injected.map(({ operation, fault }) => `${operation} ${fault.kind}`);

  it('records the operation and key of each unchanged request', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k ü/+' }));
    const upload = { Bucket, Key: 'k ü/+', UploadId };
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
    await s3.send(new ListPartsCommand(upload));
    await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k ü/+' }));
    expect((await get()).body.equals(bytes)).toBe(true);
    expect(operations()).toEqual([
      'CreateMultipartUpload',
      'UploadPart',
      'ListParts',
      'ListMultipartUploads',
      'CompleteMultipartUpload',
      'DeleteObject',
      'GetObject',
    ]);
    expect(proxy.requests[0]).toMatchObject({ bucket: Bucket, key: 'k ü/+' });
    expect(proxy.injected).toEqual([]);
  });

  it('counts requests: skips some, faults each nth, and stops after a number or when removed', async () => {
    const error = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
    const rule = proxy.inject(error, { operation: ['HeadObject'], key: /^aa/, skip: 1, every: 2, times: 2 });
    const elsewhere = proxy.inject(error, { key: 'other' });
    const statuses = [];
    for (let count = 0; count < 7; count += 1)
      statuses.push(
        await head().then(
          () => 200,
          () => 403,
        ),
      );
    expect(statuses).toEqual([200, 200, 403, 200, 403, 200, 200]);
    expect(rule.injected).toHaveLength(2);
    expect(elsewhere.injected).toEqual([]);
    const always = proxy.inject(error);
    await expect(head()).rejects.toThrow();
    always.remove();
    await head();
  });

  it('skips a request that is too short for the fault, and faults the next one instead', async () => {
    await put(bytes.subarray(0, 10), { ContentLength: 10 });
    const rule = proxy.inject(
      { kind: 'flip', side: 'answer', atByte: 100, checksums: 'removed' },
      { operation: 'GetObject', times: 1 },
    );
    await get();
    expect(rule.injected).toEqual([]);
    await put();
    expect((await get()).body.equals(bytes)).toBe(false);
    expect(rule.injected).toHaveLength(1);
    expect((await get()).body.equals(bytes)).toBe(true);
  });

  it('answers errors instead of the server, also 200 with an error, and refuses before the body is read', async () => {
    proxy.inject(
      { kind: 'error', status: 503, code: 'SlowDown', headers: { 'retry-after': '1' } },
      { times: 1 },
    );
    await expect(get()).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    proxy.inject({ kind: 'refuse', status: 403, code: 'AccessDenied', connection: 'open' }, { times: 1 });
    await expect(put()).rejects.toMatchObject({ name: 'AccessDenied' });
    proxy.inject(
      { kind: 'refuse', afterBytes: MiB, status: 503, code: 'SlowDown', connection: 'reset' },
      { times: 1 },
    );
    await expect(put()).rejects.toThrow();
    proxy.inject({ kind: 'redirect', status: 307, to: 'http://localhost:1/x' }, { times: 1 });
    await expect(head()).rejects.toMatchObject({ $metadata: { httpStatusCode: 307 } });
    expect(kinds()).toEqual([
      'GetObject error',
      'PutObject refuse',
      'PutObject refuse',
      'HeadObject redirect',
    ]);
    expect((await get()).body.equals(bytes)).toBe(true);
  });

  it('flips, truncates and cuts bodies that clients read', async () => {
    proxy.inject({ kind: 'flip', side: 'answer', atByte: MiB, checksums: 'removed' }, { times: 1 });
    const flipped = await get();
    expect(flipped.body.length).toBe(bytes.length);
    expect((flipped.body[MiB] ?? 0) ^ (bytes[MiB] ?? 0)).toBe(1);
    expect(flipped.headers.ChecksumCRC32).toBeUndefined();
    proxy.inject({ kind: 'flip', side: 'answer', atByte: 5 }, { times: 1 });
    await expect(get()).rejects.toThrow(/[Cc]hecksum/);
    proxy.inject({ kind: 'truncate', toBytes: MiB, checksums: 'removed' }, { times: 1 });
    const truncated = await get();
    expect(truncated.headers.ContentLength).toBe(MiB);
    expect(truncated.body.equals(bytes.subarray(0, MiB))).toBe(true);
    proxy.inject({ kind: 'cut', side: 'answer', afterBytes: MiB }, { times: 1 });
    await expect(get()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(kinds()).toEqual(['GetObject flip', 'GetObject flip', 'GetObject truncate', 'GetObject cut']);
    proxy.inject({ kind: 'flip', side: 'answer', atByte: bytes.length });
    expect((await get()).body.equals(bytes)).toBe(true);
    expect(proxy.injected).toHaveLength(4);
  });

  it('flips and cuts bodies that clients send, and the server stores neither', async () => {
    proxy.inject({ kind: 'flip', side: 'request', atByte: 7 }, { operation: 'PutObject', times: 1 });
    await expect(put()).rejects.toThrow();
    for (const afterBytes of [0, MiB]) {
      proxy.inject({ kind: 'cut', side: 'request', afterBytes }, { operation: 'PutObject', times: 1 });
      await expect(put()).rejects.toThrow();
    }
    expect(kinds()).toEqual(['PutObject flip', 'PutObject cut', 'PutObject cut']);
    expect((await get()).body.equals(bytes)).toBe(true);
  });

  it('loses the answer of a completed request, and sends a request twice', async () => {
    proxy.inject({ kind: 'lose-answer' }, { times: 1 });
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toThrow();
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
    proxy.inject({ kind: 'repeat' }, { times: 1 });
    await expect(put(bytes, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await get()).body.equals(bytes)).toBe(true);
    expect(kinds()).toEqual(['DeleteObject lose-answer', 'PutObject repeat']);
  });

  it('replaces ETags', async () => {
    proxy.inject({ kind: 'etag', etag: '"wrong"' });
    expect((await head()).ETag).toBe('"wrong"');
  });

  it.each([
    { kind: 'stall', at: 'request' },
    { kind: 'stall', at: 'request-body', afterBytes: MiB },
    { kind: 'stall', at: 'answer' },
    { kind: 'delay', ms: 10 },
  ] as const)('holds a PUT up and lets it go on: $kind $at', async (fault) => {
    const rule = proxy.inject(fault, { operation: 'PutObject' });
    let isDone = false;
    const putting = put().then(() => {
      isDone = true;
    });
    await expect.poll(() => rule.injected.length).toBe(1);
    if (fault.kind === 'stall') expect(isDone).toBe(false);
    rule.remove();
    await putting;
  });

  it('stalls the body of an answer, and new connections', async () => {
    const rule = proxy.inject({ kind: 'stall', at: 'answer-body', afterBytes: MiB });
    const reading = get();
    await expect.poll(() => rule.injected.length).toBe(1);
    rule.remove();
    expect((await reading).body.equals(bytes)).toBe(true);
    const connecting = proxy.inject({ kind: 'stall', at: 'connect' });
    const before = proxy.requests.length;
    const answered = new Promise((resolve) => request(proxy.endpoint, { agent: false }, resolve).end());
    await expect.poll(() => connecting.injected.length).toBe(1);
    expect(proxy.requests).toHaveLength(before);
    connecting.remove();
    await answered;
  });

  it.each([-20 * minutes, 20 * minutes])('has a clock that is off by %i ms', async (offsetMs) => {
    proxy.inject({ kind: 'clock', offsetMs });
    const error = await put().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RequestTimeTooSkewed', $metadata: { httpStatusCode: 403 } });
    // The client takes the server's time from the error, and signs by it from then on.
    await put();
    expect((await get()).body.equals(bytes)).toBe(true);
    const byOurs = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 600 });
    expect((await fetch(byOurs)).status).toBe(403);
    const signingDate = new Date(Date.now() + offsetMs);
    const byTheirs = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), {
      expiresIn: 600,
      signingDate,
    });
    const answer = await fetch(byTheirs);
    expect(answer.status).toBe(200);
    expect(bytes.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    s3.config.systemClockOffset = 0;
  });
});
