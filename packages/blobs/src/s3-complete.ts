import { CompleteMultipartUploadCommand, HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { BlobNotFound, BlobPartsChanged } from './errors.ts';
import type { BlobPart, MultipartBlob } from './multipart.ts';
import { assertCanBeBlob, differing } from './part-rules.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, inOurTerms, isStalled } from './s3-errors.ts';
import { partsLeft } from './s3-list-parts.ts';
import { base64Of } from './s3-put.ts';

/** The server creates the object atomically. */
export async function completeOnS3(
  bucket: S3Bucket,
  blob: MultipartBlob,
  parts: readonly BlobPart[],
): Promise<void> {
  assertCanBeBlob(parts);
  const location = bucket.at(blob.key);
  const command = new CompleteMultipartUploadCommand({
    ...location,
    UploadId: blob.token,
    MultipartUpload: {
      Parts: parts.map(({ number, tag, sha256 }) => ({
        PartNumber: number,
        ETag: tag,
        ...(sha256 !== null && { ChecksumSHA256: base64Of(sha256) }),
      })),
    },
  });
  try {
    await bucket.client.send(command);
  } catch (error) {
    // Another question to a stalled server would take just as long.
    if (isStalled(error)) throw inOurTerms(error);
    // Lists the parts first: if they are gone and the object is missing too, nobody has completed the blob since.
    const left = await partsLeft(bucket, blob);
    // An answer was lost, now or in an earlier call. Only this blob can exist at this key.
    if (await ifInBucket(bucket, () => bucket.client.send(new HeadObjectCommand(location)))) return;
    if (!left) throw new BlobNotFound(blob.key);
    if (!isOfParts(error)) throw inOurTerms(error);
    throw new BlobPartsChanged(differing(parts, left));
  }
}

const isOfParts = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === 'InvalidPart' || error.name === 'InvalidPartOrder');
