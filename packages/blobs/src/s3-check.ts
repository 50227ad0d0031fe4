import type { S3Bucket } from './s3-bucket.ts';
import { readMarker } from './s3-claim.ts';
import type { CheckOptions } from './store.ts';

/**
 * Reads the marker of the owner, or finds that the bucket has none. Writes nothing: each write would leave a version
 * and a delete marker in a versioned bucket, and an object in a bucket that forbids deletes.
 */
export async function checkS3(bucket: S3Bucket, { signal }: CheckOptions): Promise<void> {
  try {
    await readMarker(bucket, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
