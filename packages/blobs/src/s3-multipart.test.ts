import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, expect, it } from 'vitest';
import { BlobMismatch, BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import type { S3StoreOptions } from './s3-options.ts';
import type { BlobStore } from './store.ts';
import { describeWithS3 } from './testing/index.ts';

const MiB = 2 ** 20;
const distantFuture = new Date('2999-01-01');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

await describeWithS3('a large blob on S3', (bucket) => {
  let options: S3StoreOptions;
  let store: BlobStore;
  beforeEach(async () => {
    options = bucket.options();
    store = await openS3Store(options);
  });
  const bytes = randomBytes(41 * MiB + 17);
  async function* source(end?: () => unknown) {
    for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
    await end?.();
  }
  const expectNothingLeft = async () => {
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
  };

  it.each([undefined, bytes.length])('is written in parts and read, with a size of %s', async (sizeBytes) => {
    const written = await store.write(source(), { expect: { sizeBytes } });
    expect(written).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    expect(bytes.equals(await buffer((await store.read(written.key)).stream))).toBe(true);
    const range = { start: 8 * MiB - 3, end: 33 * MiB + 5 };
    const { stream, sizeBytes: whole } = await store.read(written.key, { range });
    expect(bytes.subarray(range.start, range.end + 1).equals(await buffer(stream))).toBe(true);
    expect(whole).toBe(bytes.length);
    expect(await store.sweepTemporary(distantFuture)).toBe(0);
  });

  it('stays within its memory, however many writes run', async () => {
    const small = await openS3Store({ ...options, memoryBytes: 16 * MiB });
    const written = await Promise.all(Array.from({ length: 4 }, () => small.write(source())));
    for (const one of written) expect(one.sha256).toBe(sha256(bytes));
  });

  it.each(['its source fails', 'it is aborted', 'its hash is another', 'less came than announced'])(
    'leaves nothing when %s',
    async (how) => {
      const failure = new Error(how);
      const abort = new AbortController();
      const end = () => {
        if (how === 'its source fails') throw failure;
        if (how === 'it is aborted') abort.abort(failure);
      };
      const announced =
        how === 'its hash is another'
          ? { sha256: '0'.repeat(64) }
          : { sizeBytes: how.startsWith('less') ? bytes.length + 1 : undefined };
      const writing = store.write(source(end), { expect: announced, signal: abort.signal });
      if ('sha256' in announced || announced.sizeBytes) await expect(writing).rejects.toThrow(BlobMismatch);
      else await expect(writing).rejects.toBe(failure);
      await expectNothingLeft();
    },
  );

  it('is swept after its writer has died, but not while a writer sends', async () => {
    const Key = `${options.prefix}/ab/${'0'.repeat(30)}`;
    const location = { Bucket: options.bucket, Key };
    const { UploadId } = await bucket.client().send(new CreateMultipartUploadCommand(location));
    const part = { ...location, UploadId, PartNumber: 1, Body: 'x' };
    await bucket.client().send(new UploadPartCommand(part));
    const probe = { Bucket: options.bucket, Key: `${options.prefix}/probe/${'0'.repeat(32)}` };
    await bucket.client().send(new PutObjectCommand({ ...probe, Body: 'x' }));
    expect(await store.sweepTemporary(new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await store.sweepTemporary(distantFuture)).toBe(2);
    await expectNothingLeft();
  });

  it('is stored with a checksum that S3 verifies, also if it is small', async () => {
    const { key } = await store.write(Readable.from([Buffer.from('small')]));
    const Key = `${options.prefix}/${key.slice(0, 2)}/${key.slice(2)}`;
    const command = new GetObjectAttributesCommand({
      Bucket: options.bucket,
      Key,
      ObjectAttributes: ['Checksum'],
    });
    const { Checksum } = await bucket.client().send(command);
    expect(Checksum?.ChecksumSHA256).toBe(createHash('sha256').update('small').digest('base64'));
  });

  it('cannot be opened without a bucket or valid credentials, and the error shows no secret', async () => {
    await expect(openS3Store({ ...options, bucket: 'there-is-none' })).rejects.toThrow(/NoSuchBucket/);
    const credentials = { accessKeyId: 'NOBODY', secretAccessKey: 'hush-hush-hush' };
    const error = await openS3Store({ ...options, credentials }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BlobStoreUnavailable);
    const { message, cause } = error as Error;
    expect(message).toMatch(/^the blob store is unavailable: S3 answered 403 to \w+: InvalidAccessKeyId/);
    expect(JSON.stringify({ message, ...(cause as object) })).not.toMatch(/hush|NOBODY/);
  });
});
