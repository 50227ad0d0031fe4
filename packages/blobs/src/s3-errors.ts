import { HeadBucketCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { BlobNotFound, BlobStoreFull, BlobStoreUnavailable, S3Failure } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** The error codes for a full store. AWS has none; Ceph, MinIO and other gateways do. */
const saysFull = new Set(['QuotaExceeded', 'XMinioStorageFull', 'StorageFull', 'InsufficientStorage']);

/**
 * Awaits a request to the bucket and converts its error to an error of the store. Must not wrap errors of the source.
 */
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

/** The operation of each error, which the errors themselves do not contain. */
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
 * Removes secrets from an error, so that it can be logged. The original has the request with its signed headers, and
 * the server repeats the access key and the signed text.
 */
function withoutSecrets(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('the request to S3 could not be sent');
  const operation = operations.get(error);
  const text = error.message.slice(0, 300);
  if (error instanceof S3ServiceException) {
    // Answers to HEAD have no code, and some servers send no details elsewhere either.
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

/** Whether the server made no progress for too long, as reported by the S3 client or by this store. */
export const isStalled = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'S3Stalled' ||
    (error as { code?: unknown }).code === 'S3Stalled' ||
    isStalled(error.cause));

/** The HTTP status of an error of the S3 client or of this store. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode;
  return error instanceof Error && error.cause instanceof S3Failure ? error.cause.status : undefined;
}

/**
 * Returns `undefined` if the object is missing and the bucket exists. Asks twice, because a server under load has
 * answered 404 once for an existing object.
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

/** Like `ifInBucket`. @throws BlobNotFound */
export async function ofBlob<T extends object>(
  bucket: S3Bucket,
  key: string,
  ask: () => Promise<T>,
): Promise<T> {
  const found = await ifInBucket(bucket, ask);
  if (found === undefined) throw new BlobNotFound(key);
  return found;
}

/** The codes of a 404 for a missing object or upload. The client names an answer without a code `NotFound`. */
const saysAbsent = new Set(['NoSuchKey', 'NoSuchUpload', 'NotFound']);

/** HEAD also answers 404 for a missing bucket, which must not look like a missing blob. */
async function assertAbsent(bucket: S3Bucket, error: unknown): Promise<void> {
  if (statusOf(error) !== 404) throw inOurTerms(error);
  if (error instanceof S3ServiceException && !saysAbsent.has(error.name)) throw inOurTerms(error);
  await onS3(bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name })));
}
