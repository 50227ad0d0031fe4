import { HeadBucketCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { BlobNotFound, BlobStoreFull, BlobStoreUnavailable } from './errors.ts';
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
  const isFull = error instanceof S3ServiceException && (saysFull.has(error.name) || statusOf(error) === 507);
  return isFull ? new BlobStoreFull(withoutSecrets(error)) : new BlobStoreUnavailable(withoutSecrets(error));
}

/**
 * What may be logged of an error. The original also holds the request, whose headers are signed, and what a server
 * repeats of it: the access key, the string that was signed.
 */
function withoutSecrets(error: unknown): Error {
  if (error instanceof S3ServiceException) {
    // Some servers answer with a code and no text, which then says "UnknownError" or the code again.
    const text = error.message && error.message !== error.name ? `: ${error.message.slice(0, 300)}` : '';
    return new Error(`S3 answered ${statusOf(error) ?? 'nothing'} ${error.name}${text}`);
  }
  if (!(error instanceof Error)) return new Error('S3 could not be asked');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return new Error(
    `S3 could not be asked: ${code}${error.message ? `: ${error.message.slice(0, 300)}` : ''}`,
  );
}

export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** As `onS3`, but that the object is not there gives `undefined`, once it is sure that the bucket is. */
export async function ifInBucket<T>(bucket: S3Bucket, request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    await assertAbsent(bucket, error);
    return undefined;
  }
}

/** Says in our terms why a blob could not be had. @throws BlobNotFound */
export async function refuseBlob(bucket: S3Bucket, key: string, error: unknown): Promise<never> {
  await assertAbsent(bucket, error);
  throw new BlobNotFound(key);
}

/** A HEAD says 404 alike for a missing bucket, from which nobody may conclude that a blob is gone. */
async function assertAbsent(bucket: S3Bucket, error: unknown): Promise<void> {
  if (statusOf(error) !== 404) throw inOurTerms(error);
  await onS3(bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name })));
}
