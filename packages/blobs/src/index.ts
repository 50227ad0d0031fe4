export { openDiskStore } from './disk.ts';
export {
  BlobKeyInvalid,
  BlobMismatch,
  BlobNotFound,
  BlobRangeInvalid,
  BlobStoreFull,
  BlobStoreUnavailable,
  BlobTooLarge,
} from './errors.ts';
export { openS3Store } from './s3-open.ts';
export type { S3StoreOptions } from './s3-options.ts';
export type {
  BlobListing,
  BlobReading,
  BlobSource,
  BlobStat,
  BlobStore,
  ByteRange,
  ReadOptions,
  WriteOptions,
  WrittenBlob,
} from './store.ts';
