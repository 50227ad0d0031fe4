import { AbortMultipartUploadCommand, CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { BlobStoreUnavailable } from './errors.ts';
import { newKey } from './key.ts';
import type { MultipartBlob, MultipartStore } from './multipart.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { completeOnS3 } from './s3-complete.ts';
import { ifInBucket, onS3 } from './s3-errors.ts';
import { listParts, partsLeft } from './s3-list-parts.ts';
import { putOnS3 } from './s3-put.ts';
import { signPart } from './s3-sign.ts';
import type { S3Writing } from './s3-upload.ts';

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
      if (UploadId === undefined)
        throw new BlobStoreUnavailable('S3 started an upload without returning its id');
      return { key, token: UploadId };
    },
    put: (blob, number, source, content, options = {}) =>
      putOnS3(writing, blob, { number, ...content }, source, options),
    list: (blob) => listParts(bucket, blob),
    complete: (blob, parts) => completeOnS3(bucket, blob, parts),
    abort: (blob) => abortOnS3(bucket, blob),
    sign: (blob, number, content, options) => signPart(bucket, blob, { number, ...content }, options),
  };
}

/** A part in flight during an abort may stay forever unless the abort is repeated. */
const abortsAtMost = 3;

async function abortOnS3(bucket: S3Bucket, blob: MultipartBlob): Promise<void> {
  const upload = { ...bucket.at(blob.key), UploadId: blob.token };
  for (let count = 0; count < abortsAtMost; count += 1) {
    await ifInBucket(bucket, () => bucket.client.send(new AbortMultipartUploadCommand(upload)));
    if (!(await partsLeft(bucket, blob))) return;
  }
  throw new BlobStoreUnavailable('S3 still has parts of an aborted upload');
}
