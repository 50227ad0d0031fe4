import { CompleteMultipartUploadCommand, HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { BlobNotFound, BlobPartsChanged } from './errors.ts';
import type { BlobPart, MultipartBlob, MultipartStore } from './multipart.ts';
import { assertCanBeBlob, differing } from './part-rules.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { ifInBucket, inOurTerms } from './s3-errors.ts';
import { base64Of } from './s3-put.ts';

/** The server makes the object at once, or not. */
export async function completeOnS3(
  bucket: S3Bucket,
  blob: MultipartBlob,
  parts: readonly BlobPart[],
  list: MultipartStore['list'],
): Promise<void> {
  assertCanBeBlob(parts);
  const place = bucket.at(blob.key);
  const command = new CompleteMultipartUploadCommand({
    ...place,
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
    // The parts are asked for first: if they are gone and there is no object either, nobody has completed it since.
    const left = await partsLeft(list(blob));
    // An answer that was lost, now or to an earlier call: nothing else than this blob ever lies at this key.
    if (await ifInBucket(bucket, bucket.client.send(new HeadObjectCommand(place)))) return;
    if (!left) throw new BlobNotFound(blob.key);
    if (!isOfParts(error)) throw inOurTerms(error);
    throw new BlobPartsChanged(differing(parts, left));
  }
}

const isOfParts = (error: unknown): boolean =>
  error instanceof S3ServiceException && (error.name === 'InvalidPart' || error.name === 'InvalidPartOrder');

/** `undefined` where the upload is over. */
async function partsLeft(listing: AsyncIterable<BlobPart>): Promise<BlobPart[] | undefined> {
  try {
    return await Array.fromAsync(listing);
  } catch (error) {
    if (error instanceof BlobNotFound) return undefined;
    throw error;
  }
}
