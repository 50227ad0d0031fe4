import type { Readable } from 'node:stream';
import type { MultipartStore, SignOptions } from './multipart.ts';
import type { BlobSource } from './source.ts';

/**
 * A range with both ends included, from 0, as in HTTP and in file streams of Node: `{start: 0, end: 0}` is the first
 * byte.
 */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** The announced size and hash. Checked before the blob is created; otherwise `BlobMismatch`. */
  readonly expect?:
    | { readonly sizeBytes?: number | undefined; readonly sha256?: string | undefined }
    | undefined;
  /** The size limit. More bytes fail at once with `BlobTooLarge`. Default: no limit. */
  readonly limitBytes?: number | undefined;
  /** Ends the write with the reason of the signal, even if the source stalls. */
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenBlob {
  readonly key: string;
  readonly sizeBytes: number;
  /** The SHA-256 of the stored bytes in lower-case hex. */
  readonly sha256: string;
}

export interface BlobStat {
  readonly key: string;
  readonly sizeBytes: number;
  /** The time of the last byte, or of the first part of a multipart blob, which may have become visible much later. */
  readonly writtenAt: Date;
}

export interface ReadOptions {
  /** Default: the whole blob. An end beyond the last byte is rejected, because the caller knows the size. */
  readonly range?: ByteRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BlobReading {
  /** An open stream. Read it to the end or destroy it, because it uses a file or a connection. */
  readonly stream: Readable;
  /** The size of the whole blob, even for a range. */
  readonly sizeBytes: number;
}

export interface CheckOptions {
  /** Aborts the check. */
  readonly signal?: AbortSignal | undefined;
}

export interface SignReadOptions extends SignOptions {
  /** The headers of the same name in the answer of the store. */
  readonly contentType?: string | undefined;
  readonly contentDisposition?: string | undefined;
}

export interface BlobListing {
  /** Only blobs written before this time. Default: all. */
  readonly olderThan?: Date | undefined;
}

/**
 * Stores content under random keys that are never reused. A blob is complete or absent, and never changes. Only the
 * database knows the content of a key and its references.
 *
 * All methods throw `BlobStoreUnavailable` if the store cannot be reached, and `BlobKeyInvalid` for a key that no
 * store created.
 *
 * Optional features are optional members (`signRead`, `multipart.sign`), so callers test `if (store.signRead)`, not
 * the kind of store.
 */
export interface BlobStore {
  /**
   * Stores the source under a new key and hashes it, in constant memory, at the speed of the slower side. When the
   * promise resolves, the blob survives a crash of the machine. After an error, nothing of it remains.
   *
   * On failure, a `Readable` source stays open, because an HTTP request still needs its answer.
   * @throws BlobMismatch, BlobTooLarge, BlobStoreFull; the reason of the signal; errors of the source.
   */
  write(source: BlobSource, options?: WriteOptions): Promise<WrittenBlob>;

  /** @throws BlobNotFound, BlobRangeInvalid; both before the first byte. */
  read(key: string, options?: ReadOptions): Promise<BlobReading>;

  /** @throws BlobNotFound */
  stat(key: string): Promise<BlobStat>;

  /** Idempotent: deleting a missing blob succeeds. Open readers can read on. */
  delete(key: string): Promise<void>;

  /** Lists all blobs by key. Concurrent writes and deletes may or may not appear. */
  list(listing?: BlobListing): AsyncIterable<BlobStat>;

  /** Blobs that arrive in parts. */
  readonly multipart: MultipartStore;

  /**
   * Present if the store supports it: creates a URL that serves the blob, whole or in ranges, to anyone who has it
   * until it expires. Never log it. Does not contact the store, so a missing blob shows when the URL is used.
   * @throws BlobKeyInvalid
   */
  readonly signRead?: (key: string, options: SignReadOptions) => Promise<string>;

  /**
   * Removes the remains of dead writers that were not touched since the given time, incomplete multipart blobs
   * included. Returns the number of removed items. Never touches running writes of this process.
   * @param keep keys of multipart blobs to keep at any age.
   */
  sweepTemporary(olderThan: Date, keep?: ReadonlySet<string>): Promise<number>;

  /** The owner that the marker names (see `claim`). Undefined without a marker. */
  owner(): Promise<string | undefined>;

  /**
   * Marks an unmarked store as belonging to this owner, so that no other database takes its content for orphaned.
   * Idempotent. The marker is not a blob, and is permanent.
   * @param id 1 to 128 letters, digits and any of `_ . : -`.
   * @throws BlobStoreOwnerMismatch if the store belongs to another owner.
   */
  claim(id: string): Promise<void>;

  /**
   * Resolves if the store works. On disk, it writes, reads and removes a probe. On S3 it only reads, because a write
   * might leave an object forever.
   * @throws BlobStoreFull or BlobStoreReadOnly if stored blobs can still be read; the reason of the signal.
   */
  check(options?: CheckOptions): Promise<void>;

  /** Present if the store supports it: the free bytes. */
  readonly freeBytes?: () => Promise<number>;
}
