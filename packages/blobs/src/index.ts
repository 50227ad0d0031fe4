export { chunkChannel } from './chunk-channel.ts';
export { markerName } from './claim.ts';
export { openDiskStore } from './disk.ts';
export {
  BlobKeyInvalid,
  BlobMismatch,
  BlobNotFound,
  BlobPartsChanged,
  BlobRangeInvalid,
  BlobStoreFull,
  BlobStoreOwnerMismatch,
  BlobStoreReadOnly,
  BlobStoreUnavailable,
  BlobTooLarge,
  S3Failure,
} from './errors.ts';
export type {
  BlobPart,
  MultipartBlob,
  MultipartStore,
  PartContent,
  PutPartOptions,
  SignedRequest,
  SignOptions,
} from './multipart.ts';
export { defaultPartBytes, partBytesAtLeast, partBytesAtMost, partsAtMost } from './part-rules.ts';
export { openS3Store } from './s3-open.ts';
export type { S3StoreOptions } from './s3-options.ts';
export { type BlobSource, checkedAtEnd } from './source.ts';
export type {
  BlobListing,
  BlobReading,
  BlobStat,
  BlobStore,
  ByteRange,
  ReadOptions,
  SignReadOptions,
  WriteOptions,
  WrittenBlob,
} from './store.ts';
