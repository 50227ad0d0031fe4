import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { checkS3 } from './s3-check.ts';
import { claimS3, ownerInS3 } from './s3-claim.ts';
import { ifInBucket } from './s3-errors.ts';
import { listS3 } from './s3-list.ts';
import { createSharedMemory } from './s3-memory.ts';
import { createS3Multipart } from './s3-multipart.ts';
import { openBucket } from './s3-open-bucket.ts';
import type { S3StoreOptions } from './s3-options.ts';
import { usualPartBytes } from './s3-part-size.ts';
import { readFromS3, statInS3 } from './s3-read.ts';
import { assertUsable } from './s3-rights.ts';
import { signRead } from './s3-sign.ts';
import { sweepS3 } from './s3-sweep.ts';
import { writeToS3 } from './s3-write.ts';
import type { BlobStore } from './store.ts';
import { createUnderWay } from './under-way.ts';

/**
 * Opens a store in an existing S3 bucket. Keys are `<prefix>/<2 hex>/<30 hex>`. Only servers may write below the
 * prefix, any number of them. A blob that is written at once has at most 312.5 GiB.
 *
 * The bucket should have neither versioning nor object lock, which would keep deleted content.
 * @throws BlobStoreUnavailable if the bucket does not answer, or the credentials lack a required right.
 */
export async function openS3Store(options: S3StoreOptions): Promise<BlobStore> {
  const memory = createSharedMemory({
    budgetBytes: options.memoryBytes ?? 48 * 2 ** 20,
    reusedBytes: usualPartBytes,
  });
  const bucket = openBucket(options, () => memory.isAwaited());
  const underWay = createUnderWay();
  const writing = { bucket, memory, underWay };
  await assertUsable(bucket, options.tell);
  return {
    write: (source, writeOptions = {}) => writeToS3(writing, source, writeOptions),
    read: async (key, readOptions = {}) => readFromS3(bucket, key, readOptions),
    stat: async (key) => statInS3(bucket, key),
    delete: async (key) => {
      const command = new DeleteObjectCommand(bucket.at(key));
      await ifInBucket(bucket, () => bucket.client.send(command));
    },
    list: (listing = {}) => listS3(bucket, listing),
    multipart: createS3Multipart(writing),
    signRead: async (key, readOptions) => signRead(bucket, key, readOptions),
    sweepTemporary: (olderThan, keep = new Set()) => sweepS3(bucket, underWay, olderThan, keep),
    owner: () => ownerInS3(bucket),
    claim: (id) => claimS3(bucket, id),
    check: (checkOptions = {}) => checkS3(bucket, checkOptions),
  };
}
