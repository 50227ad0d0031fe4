import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { assertOwnedBy, assertOwner, markerName } from './claim.ts';
import { BlobStoreUnavailable } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, inOurTerms, onS3, statusOf } from './s3-errors.ts';

/** One of several concurrent claims wins. The others find its marker, at the latest on the next attempt. */
const attemptsAtMost = 3;

export async function claimS3(bucket: S3Bucket, id: string): Promise<void> {
  assertOwner(id);
  for (let attempt = 0; attempt < attemptsAtMost; attempt += 1) {
    const found = await readMarker(bucket);
    if (found !== undefined) return assertOwnedBy(id, found);
    await writeMarker(bucket, id);
  }
  throw new BlobStoreUnavailable('the marker of the owner was written, but cannot be found');
}

export const ownerInS3 = async (bucket: S3Bucket): Promise<string | undefined> =>
  (await readMarker(bucket))?.trim();

const markerIn = (bucket: S3Bucket) => ({ Bucket: bucket.name, Key: `${bucket.prefix}${markerName}` });

/** The owner that the marker names. Undefined if there is no marker. */
export async function readMarker(bucket: S3Bucket, signal?: AbortSignal): Promise<string | undefined> {
  const command = new GetObjectCommand(markerIn(bucket));
  const object = await ifInBucket(bucket, () =>
    bucket.client.send(command, signal ? { abortSignal: signal } : {}),
  );
  return object && onS3(object.Body?.transformToString() ?? Promise.resolve(''));
}

/** Writes the marker if there is none. The caller then reads whose marker it is. */
async function writeMarker(bucket: S3Bucket, id: string): Promise<void> {
  const marker = { ...markerIn(bucket), ...bucket.encryption, Body: `${id}\n` };
  try {
    await bucket.client.send(new PutObjectCommand({ ...marker, IfNoneMatch: '*' }));
  } catch (error) {
    const status = statusOf(error);
    // The marker exists, or another request is writing it.
    if (status === 412 || status === 409) return;
    // The server does not support the condition. The last of several concurrent writes wins, and both callers see it
    // if they are quick.
    if (status !== 501) throw inOurTerms(error);
    await onS3(bucket.client.send(new PutObjectCommand(marker)));
  }
}
