import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { BlobKeyInvalid } from './errors.ts';
import { openS3Store } from './index.ts';
import type { MultipartBlob, SignedRequest } from './multipart.ts';
import { partBytesAtLeast } from './part-rules.ts';
import type { BlobStore } from './store.ts';
import { describeWithS3, startFaultProxy } from './testing/index.ts';

const contentOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const bytes = randomBytes(partBytesAtLeast);
const base64 = createHash('sha256').update(bytes).digest('base64');

await describeWithS3('signed URLs', (bucket) => {
  let store: BlobStore;
  let blob: MultipartBlob;
  beforeEach(async () => {
    store = await openS3Store(bucket.options());
    blob = await store.multipart.begin();
  });
  const sign = async (number = 1, content = contentOf(bytes), expiresIn = 600): Promise<SignedRequest> => {
    if (!store.multipart.sign) throw new Error('this store signs no parts');
    return store.multipart.sign(blob, number, content, { expiresIn });
  };
  const signRead = async (key: string, options = {}): Promise<string> => {
    if (!store.signRead) throw new Error('this store signs no reads');
    return store.signRead(key, { expiresIn: 600, ...options });
  };
  const send = async (url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) => {
    const answer = await fetch(url, { method: 'PUT', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const listed = () => Array.fromAsync(store.multipart.list(blob));

  it('sign the length and the checksum as headers, and no header that the sender does not know', async () => {
    const { url, headers } = await sign(3, contentOf(bytes), 77);
    expect(headers).toEqual({ 'content-length': String(bytes.length), 'x-amz-checksum-sha256': base64 });
    const query = Object.fromEntries(new URL(url).searchParams);
    expect(query).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': expect.stringContaining('/s3/aws4_request'),
      'X-Amz-Date': expect.any(String),
      'X-Amz-Expires': '77',
      'X-Amz-Signature': expect.any(String),
      'X-Amz-SignedHeaders': 'content-length;host;x-amz-checksum-sha256',
      partNumber: '3',
      uploadId: blob.token,
      'x-id': 'UploadPart',
    });
  });

  it('are signed with the time of the S3 server, whatever clock the store gets', async () => {
    store = await openS3Store({ ...bucket.options(), now: () => new Date('2026-06-01T12:00:00Z') });
    const { key } = await store.write(Readable.from([bytes]));
    expect((await fetch(await signRead(key))).status).toBe(200);
  });

  it('store a part that never passes through the server and equals any other part', async () => {
    const { url, headers } = await sign();
    expect(await send(url, { ...headers }, bytes)).toMatchObject({ status: 200 });
    const last = Buffer.from('through the server');
    await store.multipart.put(blob, 2, Readable.from([last]), contentOf(last));
    const parts = await listed();
    expect(parts).toMatchObject([
      { number: 1, sizeBytes: bytes.length },
      { number: 2, sizeBytes: last.length },
    ]);
    expect([contentOf(bytes).sha256, null]).toContain(parts[0]?.sha256);
    await store.multipart.complete(blob, parts);
    expect(Buffer.concat([bytes, last]).equals(await buffer((await store.read(blob.key)).stream))).toBe(true);
    // The same again, of what is complete by now.
    expect((await send(url, { ...headers }, bytes)).status).toBe(404);
  });

  it('reject any other request', async () => {
    const { url, headers } = await sign();
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(0) ^ 1);
    const other = contentOf(changed);
    const otherChecksum = Buffer.from(other.sha256, 'hex').toString('base64');
    expect((await send(url, headers, changed)).status).toBe(400);
    const refused = [
      await send(url, { ...headers, 'x-amz-checksum-sha256': otherChecksum }, changed),
      await send(url, {}, bytes),
      await send(url, { 'x-amz-checksum-sha256': base64 }, bytes.subarray(1)),
      await send(url, { 'x-amz-checksum-sha256': base64 }, Buffer.concat([bytes, bytes])),
      await send(url.replace('partNumber=1', 'partNumber=2'), headers, bytes),
      await send(url.replace('X-Amz-Expires=600', 'X-Amz-Expires=60000'), headers, bytes),
    ];
    for (const { status, text } of refused) expect([status, text]).toEqual([403, expect.any(String)]);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect(await listed()).toEqual([]);
  });

  it('work until they expire', async () => {
    const { url, headers } = await sign(1, contentOf(bytes), 1);
    let status = 200;
    while (status === 200) {
      status = (await send(url, headers, bytes)).status;
      await pause(200);
    }
    expect(status).toBe(403);
    for (const expiresIn of [0, -1, 1.5, 604_801, Number.NaN]) {
      await expect(sign(1, contentOf(bytes), expiresIn)).rejects.toThrow(RangeError);
      await expect(signRead(blob.key, { expiresIn })).rejects.toThrow(RangeError);
    }
    await expect(sign(10_001)).rejects.toThrow(RangeError);
    await expect(sign(1, { ...contentOf(bytes), sha256: 'x' })).rejects.toThrow(RangeError);
  });

  it('serve a blob with the requested type and name, whole and in ranges', async () => {
    const { key } = await store.write(Readable.from([bytes]));
    const contentDisposition = "attachment; filename*=UTF-8''w%C3%BCrfel%20%231.onnx";
    const url = await signRead(key, { contentType: 'application/x-onnx', contentDisposition });
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-onnx');
    expect(answer.headers.get('content-disposition')).toBe(contentDisposition);
    expect(bytes.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    const part = await fetch(url, { headers: { range: 'bytes=1000-1999' } });
    expect(part.status).toBe(206);
    expect(bytes.subarray(1000, 2000).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);

    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url.replace('x-onnx', 'html'))).status).toBe(403);
    expect((await fetch(await signRead('0'.repeat(32)))).status).toBe(404);
    await expect(signRead('../../etc')).rejects.toThrow(BlobKeyInvalid);
  });

  it.each([-20, 20])('carry the server’s time if ours is off by %i minutes', async (minutes) => {
    const { endpoint = '', credentials, ...options } = bucket.options();
    const proxy = await startFaultProxy({ endpoint, credentials });
    const rule = proxy.inject({ kind: 'clock', offsetMs: minutes * 60_000 });
    store = await openS3Store({ ...options, credentials, endpoint: proxy.endpoint });
    const { key } = await store.write(Readable.from([bytes]));
    const read = await fetch(await signRead(key));
    expect(read.status).toBe(200);
    expect(bytes.equals(Buffer.from(await read.arrayBuffer()))).toBe(true);
    blob = await store.multipart.begin();
    const { url, headers } = await sign();
    expect(await send(url, { ...headers }, bytes)).toMatchObject({ status: 200 });
    expect(rule.injected.length).toBeGreaterThan(0);
    // The clock is set right again.
    rule.remove();
    expect((await store.stat(key)).sizeBytes).toBe(bytes.length);
    expect((await fetch(await signRead(key))).status).toBe(200);
    await proxy.close();
  });
});
