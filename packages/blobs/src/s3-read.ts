import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, HeadObjectCommand } from '@aws-sdk/client-s3';
import { chunkChannel } from './chunk-channel.ts';
import { BlobRangeInvalid, BlobStoreUnavailable } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { inOurTerms, ofBlob, statusOf } from './s3-errors.ts';
import type { BlobReading, BlobStat, ReadOptions } from './store.ts';

/** @throws BlobNotFound */
export async function statInS3(bucket: S3Bucket, key: string): Promise<BlobStat> {
  const command = new HeadObjectCommand(bucket.at(key));
  const { ContentLength, LastModified } = await ofBlob(bucket, key, () => bucket.client.send(command));
  return { key, sizeBytes: ContentLength ?? 0, writtenAt: LastModified ?? new Date(0) };
}

/** Requests the range at once. The size in the answer then shows whether the range was valid. */
export async function readFromS3(bucket: S3Bucket, key: string, options: ReadOptions): Promise<BlobReading> {
  const { range, signal } = options;
  signal?.throwIfAborted();
  const { Body, ContentRange, ContentLength } = await get(bucket, key, options);
  if (!(Body instanceof Readable)) throw new BlobStoreUnavailable('S3 answered without content');
  const total = ContentRange === undefined ? ContentLength : Number(/\/(\d+)$/.exec(ContentRange)?.[1]);
  const sizeBytes = total ?? Number.NaN;
  const wanted = range ? range.end - range.start + 1 : sizeBytes;
  const isOutside = range !== undefined && range.end >= sizeBytes;
  if (isOutside || ContentLength !== wanted) {
    Body.destroy();
    if (isOutside) throw new BlobRangeInvalid(range.start, range.end, sizeBytes);
    throw new BlobStoreUnavailable(`S3 answered with ${ContentLength} bytes instead of ${wanted}`);
  }
  const stream = whole(Body, wanted);
  if (signal) addAbortSignal(signal, stream);
  return { stream, sizeBytes };
}

async function get(
  bucket: S3Bucket,
  key: string,
  { range, signal }: ReadOptions,
): Promise<GetObjectCommandOutput> {
  const location = bucket.at(key);
  const refuse = async (start: number, end: number): Promise<never> => {
    throw new BlobRangeInvalid(start, end, (await statInS3(bucket, key)).sizeBytes);
  };
  if (range && !isRange(range.start, range.end)) return refuse(range.start, range.end);
  const command = new GetObjectCommand({
    ...location,
    ...(range && { Range: `bytes=${range.start}-${range.end}` }),
  });
  try {
    // Uses its own signal, because the client adds a listener and never removes it.
    return await ofBlob(bucket, key, () =>
      bucket.client.send(command, signal ? { abortSignal: AbortSignal.any([signal]) } : {}),
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (range && statusOf(error) === 416) return refuse(range.start, range.end);
    throw error;
  }
}

const isRange = (start: number, end: number): boolean =>
  Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start;

/** The body, with errors of the store. A body that ends early is an error too. */
function whole(body: Readable, sizeBytes: number): Readable {
  let left = sizeBytes;
  const stream = new Readable({
    read: () => void body.resume(),
    destroy: (error, done) => {
      body.destroy();
      done(error);
    },
  });
  const fail = (error: unknown) => stream.destroy(inOurTerms(error));
  body.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength;
    chunkChannel.publish(chunk.byteLength);
    if (!stream.push(chunk)) body.pause();
  });
  body.on('end', () => {
    if (left === 0) stream.push(null);
    else fail(new Error(`the content ended ${left} bytes early`));
  });
  body.on('error', fail);
  body.on('close', () => {
    if (left > 0 && !stream.destroyed) fail(new Error('the connection was closed'));
  });
  body.pause();
  return stream;
}
