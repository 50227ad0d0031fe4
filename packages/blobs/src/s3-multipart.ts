import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import { BlobStoreUnavailable } from './errors.ts';
import { newKey } from './key.ts';
import type { BlobPart, MultipartBlob, MultipartStore } from './multipart.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { completeOnS3 } from './s3-complete.ts';
import { ifInBucket, onS3, refuseBlob } from './s3-errors.ts';
import { putOnS3 } from './s3-put.ts';
import { signPart } from './s3-sign.ts';
import type { S3Writing } from './s3-write.ts';

export function createS3Multipart(writing: S3Writing): MultipartStore {
  const { bucket } = writing;
  return {
    begin: async () => {
      const key = newKey();
      const command = new CreateMultipartUploadCommand({
        ...bucket.at(key),
        ...bucket.encryption,
        ChecksumAlgorithm: 'SHA256',
      });
      const { UploadId } = await onS3(bucket.client.send(command));
      if (UploadId === undefined) throw new BlobStoreUnavailable('S3 began an upload and gave no id');
      return { key, token: UploadId };
    },
    put: (blob, number, source, content, options = {}) =>
      putOnS3(writing, blob, { number, ...content }, source, options),
    list: (blob) => listParts(bucket, blob),
    complete: (blob, parts) => completeOnS3(bucket, blob, parts, (of) => listParts(bucket, of)),
    abort: (blob) => abortOnS3(bucket, blob),
    sign: (blob, number, content, options) => signPart(bucket, blob, { number, ...content }, options),
  };
}

const uploadOf = (bucket: S3Bucket, { key, token }: MultipartBlob) => ({
  ...bucket.at(key),
  UploadId: token,
});

async function* listParts(bucket: S3Bucket, blob: MultipartBlob): AsyncGenerator<BlobPart> {
  let after: string | undefined;
  do {
    const command: ListPartsCommand = new ListPartsCommand({
      ...uploadOf(bucket, blob),
      ...(after !== undefined && { PartNumberMarker: after }),
    });
    const page: ListPartsCommandOutput = await bucket.client
      .send(command)
      .catch((error: unknown) => refuseBlob(bucket, blob.key, error));
    for (const { PartNumber = 0, Size = 0, ChecksumSHA256, LastModified, ETag = '' } of page.Parts ?? []) {
      const sha256 =
        ChecksumSHA256 === undefined ? null : Buffer.from(ChecksumSHA256, 'base64').toString('hex');
      const writtenAt = LastModified ?? new Date(0);
      yield { number: PartNumber, sizeBytes: Size, sha256, writtenAt, tag: ETag };
    }
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
}

/** A part that is on its way when the upload is aborted may be kept for ever, unless it is aborted once more. */
const abortsAtMost = 3;

async function abortOnS3(bucket: S3Bucket, blob: MultipartBlob): Promise<void> {
  const upload = uploadOf(bucket, blob);
  for (let count = 0; count < abortsAtMost; count += 1) {
    await ifInBucket(bucket, bucket.client.send(new AbortMultipartUploadCommand(upload)));
    const left = await ifInBucket(bucket, bucket.client.send(new ListPartsCommand(upload)));
    if (!left) return;
  }
  throw new BlobStoreUnavailable('S3 still has parts of an upload that was aborted');
}
