import { HeadBucketCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { BlobNotFound, BlobStoreFull, BlobStoreUnavailable, S3Failure } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** What servers say when there is no room: AWS has none of these, Ceph, MinIO and WebDAV-like gateways have. */
const saysFull = new Set(['QuotaExceeded', 'XMinioStorageFull', 'StorageFull', 'InsufficientStorage']);

/** Awaits a request to the bucket and names its failure in the store's terms. Never for the source's errors. */
export async function onS3<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw inOurTerms(error);
  }
}

export function inOurTerms(error: unknown): BlobStoreFull | BlobStoreUnavailable {
  if (error instanceof BlobStoreFull || error instanceof BlobStoreUnavailable) return error;
  const isFull = error instanceof S3ServiceException && (saysFull.has(error.name) || statusOf(error) === 507);
  return isFull ? new BlobStoreFull(withoutSecrets(error)) : new BlobStoreUnavailable(withoutSecrets(error));
}

/** The operation in which each error came up: the errors themselves do not say. */
const operations = new WeakMap<object, string>();

export function noteOperations(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error) operations.set(error, commandName.replace(/Command$/, ''));
          throw error;
        }
      },
    { step: 'initialize', priority: 'high', name: 'noteOperations' },
  );
}

/**
 * What may be logged of an error. The original also holds the request, whose headers are signed, and what a server
 * repeats of it: the access key, the string that was signed.
 */
function withoutSecrets(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('S3 could not be asked');
  const operation = operations.get(error);
  const text = error.message.slice(0, 300);
  if (error instanceof S3ServiceException) {
    // A HEAD is answered without a code, and some servers say no more than that.
    const hasCode = !/^(?:UnknownError|Unknown|NotFound|Forbidden|\d+)$/.test(error.name);
    return new S3Failure({
      operation,
      status: statusOf(error),
      code: hasCode ? error.name : undefined,
      text: text === error.name || text === 'UnknownError' ? '' : text,
    });
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new S3Failure({ operation, status: undefined, code, text });
}

/** Whether the server made no progress for too long, be it named by the S3 client or in our terms. */
export const isStalled = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'S3Stalled' ||
    (error as { code?: unknown }).code === 'S3Stalled' ||
    isStalled(error.cause));

/** The status that the server answered with, of an error of the S3 client or one in our terms. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode;
  return error instanceof Error && error.cause instanceof S3Failure ? error.cause.status : undefined;
}

/**
 * Gives `undefined` if the object is not there, once it is sure that the bucket is. A server under load has been seen to
 * answer 404 once for what it has, so it is asked twice.
 */
export async function ifInBucket<T extends object>(
  bucket: S3Bucket,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  for (let looks = 0; looks < 2; looks += 1) {
    try {
      return await ask();
    } catch (error) {
      await assertAbsent(bucket, error);
    }
  }
  return undefined;
}

/** As `ifInBucket`. @throws BlobNotFound */
export async function ofBlob<T extends object>(
  bucket: S3Bucket,
  key: string,
  ask: () => Promise<T>,
): Promise<T> {
  const found = await ifInBucket(bucket, ask);
  if (found === undefined) throw new BlobNotFound(key);
  return found;
}

/** What a 404 is called if the object or the upload is not there. The client calls an answer without a code `NotFound`. */
const saysAbsent = new Set(['NoSuchKey', 'NoSuchUpload', 'NotFound']);

/** A HEAD says 404 alike for a missing bucket, from which nobody may conclude that a blob is gone. */
async function assertAbsent(bucket: S3Bucket, error: unknown): Promise<void> {
  if (statusOf(error) !== 404) throw inOurTerms(error);
  if (error instanceof S3ServiceException && !saysAbsent.has(error.name)) throw inOurTerms(error);
  await onS3(bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name })));
}
