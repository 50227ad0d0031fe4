import type { S3StoreOptions } from './s3-options.ts';
import type { BlobStore } from './store.ts';

/** Loads the S3 client only when such a store is opened, because it takes memory and time to start. */
export async function openS3Store(options: S3StoreOptions): Promise<BlobStore> {
  const s3 = await import('./s3.ts');
  return s3.openS3Store(options);
}
