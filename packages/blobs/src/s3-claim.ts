import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { assertOwnedBy, assertOwner, markerName } from './claim.ts';
import { BlobStoreUnavailable } from './errors.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, inOurTerms, onS3, statusOf } from './s3-errors.ts';

/** Of several that race for the marker one wins; the others find it, at the latest when they look once more. */
const attemptsAtMost = 3;

export async function claimS3(bucket: S3Bucket, id: string): Promise<void> {
  assertOwner(id);
  for (let attempt = 0; attempt < attemptsAtMost; attempt += 1) {
    const found = await readMarker(bucket);
    if (found !== undefined) return assertOwnedBy(id, found);
    await writeMarker(bucket, id);
  }
  throw new BlobStoreUnavailable('the marker of the owner was written and is not there');
}

export const ownerInS3 = async (bucket: S3Bucket): Promise<string | undefined> =>
  (await readMarker(bucket))?.trim();

const markerIn = (bucket: S3Bucket) => ({ Bucket: bucket.name, Key: `${bucket.prefix}${markerName}` });

/** Whom the marker names; undefined if there is none. */
export async function readMarker(bucket: S3Bucket, signal?: AbortSignal): Promise<string | undefined> {
  const command = new GetObjectCommand(markerIn(bucket));
  const object = await ifInBucket(bucket, () =>
    bucket.client.send(command, signal ? { abortSignal: signal } : {}),
  );
  return object && onS3(object.Body?.transformToString() ?? Promise.resolve(''));
}

/** Only where there is none; that it is there afterwards, whosesoever, shows when it is read. */
async function writeMarker(bucket: S3Bucket, id: string): Promise<void> {
  const marker = { ...markerIn(bucket), ...bucket.encryption, Body: `${id}\n` };
  try {
    await bucket.client.send(new PutObjectCommand({ ...marker, IfNoneMatch: '*' }));
  } catch (error) {
    const status = statusOf(error);
    // There is one, or another request is making it.
    if (status === 412 || status === 409) return;
    // A server that knows no such condition: of two that race the last one wins, and both are told so if they are quick.
    if (status !== 501) throw inOurTerms(error);
    await onS3(bucket.client.send(new PutObjectCommand(marker)));
  }
}
