import type { Readable } from 'node:stream';
import type { MultipartStore, SignOptions } from './multipart.ts';
import type { BlobSource } from './source.ts';

/** Both ends count, from 0, as in HTTP and in Node's file streams: `{start: 0, end: 0}` is the first byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** What the sender said of the content. Checked before the blob comes into being; else `BlobMismatch`. */
  readonly expect?:
    | { readonly sizeBytes?: number | undefined; readonly sha256?: string | undefined }
    | undefined;
  /** More bytes than this fail at once with `BlobTooLarge`. Default: no limit. */
  readonly limitBytes?: number | undefined;
  /** Ends the write, even while the source stalls, by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenBlob {
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the bytes as they were stored; lower-case hex. */
  readonly sha256: string;
}

export interface BlobStat {
  readonly key: string;
  readonly sizeBytes: number;
  /** When the last byte was written, or the first of what came in parts; the blob may have appeared much later. */
  readonly writtenAt: Date;
}

export interface ReadOptions {
  /** Default: the whole blob. An end past the last byte is refused, not cut: the caller knows the size. */
  readonly range?: ByteRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BlobReading {
  /** Already open. Read it to the end or destroy it: it holds a file or a connection. */
  readonly stream: Readable;
  /** The size of the whole blob, whatever the range. */
  readonly sizeBytes: number;
}

export interface CheckOptions {
  /** Gives the check up. */
  readonly signal?: AbortSignal | undefined;
}

export interface SignReadOptions extends SignOptions {
  /** What the store is to answer as the headers of the same name. */
  readonly contentType?: string | undefined;
  readonly contentDisposition?: string | undefined;
}

export interface BlobListing {
  /** Only blobs written before this time. Default: all. */
  readonly olderThan?: Date | undefined;
}

/**
 * Keeps byte strings under random keys that are never given twice. A blob is whole or absent, and never changes;
 * which content a key holds, and who refers to it, is for the database to know.
 *
 * Every method throws `BlobStoreUnavailable` when the store cannot be reached, and `BlobKeyInvalid` for a key
 * that no store ever made.
 *
 * What only some stores can do comes as an optional member (`signRead`, `multipart.sign`), so that a caller asks
 * `if (store.signRead)`, and not for a kind of store.
 */
export interface BlobStore {
  /**
   * Stores the source under a new key, hashing on the way, in constant memory and at the pace of the slower side.
   * When it resolves, the blob outlives a crash of the machine. When it throws, nothing of it remains.
   *
   * On failure a `Readable` source is left open and undestroyed: an HTTP request must live to be answered.
   * @throws BlobMismatch, BlobTooLarge, BlobStoreFull; the signal's reason; whatever the source throws.
   */
  write(source: BlobSource, options?: WriteOptions): Promise<WrittenBlob>;

  /** @throws BlobNotFound, BlobRangeInvalid; both before any byte flows. */
  read(key: string, options?: ReadOptions): Promise<BlobReading>;

  /** @throws BlobNotFound */
  stat(key: string): Promise<BlobStat>;

  /** Idempotent: a blob that is not there is deleted. Readers that have it open may read on. */
  delete(key: string): Promise<void>;

  /** Every blob, ordered by key. What is written or deleted meanwhile may or may not appear. */
  list(listing?: BlobListing): AsyncIterable<BlobStat>;

  /** Content that comes in parts. */
  readonly multipart: MultipartStore;

  /**
   * Only where the store can: a URL that serves the blob, whole or in ranges, to whoever has it until it expires.
   * Never to be logged. Asks nobody: that the blob is gone shows when the URL is used. @throws BlobKeyInvalid
   */
  readonly signRead?: (key: string, options: SignReadOptions) => Promise<string>;

  /**
   * Removes what dead writers left behind and nobody has touched since the given time, multipart blobs that are neither
   * complete nor aborted among it; gives how many things.
   * Never touches a write of this process that is still going on.
   * @param keep The keys of multipart blobs that are not to be touched however old they are.
   */
  sweepTemporary(olderThan: Date, keep?: ReadonlySet<string>): Promise<number>;

  /** Whom the marker of the store names (see `claim`); undefined if there is no marker. */
  owner(): Promise<string | undefined>;

  /**
   * Marks the store as the owner's with this id, where nobody has, so that nobody takes for abandoned what another
   * database knows. Idempotent. The marker is no blob, and stays.
   * @param id 1 to 128 letters, digits and any of `_ . : -`.
   * @throws BlobStoreOwnerMismatch where the store is marked as another's.
   */
  claim(id: string): Promise<void>;

  /**
  /**
   * Resolves if the store works. On a disk a probe is written, read back and removed; on S3, where each write may leave
   * something for ever, something is read.
   * @throws BlobStoreFull, BlobStoreReadOnly, if stored blobs can be read nevertheless; the signal's reason.
   */
  check(options?: CheckOptions): Promise<void>;

  /** Only where the store can: the bytes that it has room for. */
  readonly freeBytes?: () => Promise<number>;
}
