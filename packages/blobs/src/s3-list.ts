import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';
import { onS3 } from './s3-errors.ts';
import type { BlobListing, BlobStat } from './store.ts';

/** Lists blobs page by page. S3 lists by key, and all keys have the same length, so the order is that of the blobs. */
export async function* listS3(bucket: S3Bucket, { olderThan }: BlobListing): AsyncGenerator<BlobStat> {
  for await (const { Key = '', Size = 0, LastModified = new Date(0) } of objectsIn(bucket, bucket.prefix)) {
    const key = bucket.keyOf(Key);
    if (key !== undefined && (!olderThan || LastModified < olderThan)) {
      yield { key, sizeBytes: Size, writtenAt: LastModified };
    }
  }
}

/** Lists the objects with a prefix, in order. */
export async function* objectsIn(bucket: S3Bucket, prefix: string) {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket.name,
      ...(prefix !== '' && { Prefix: prefix }),
      ...(token !== undefined && { ContinuationToken: token }),
    });
    const page: ListObjectsV2CommandOutput = await onS3(bucket.client.send(command));
    yield* page.Contents ?? [];
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
