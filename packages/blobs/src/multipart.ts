import type { BlobSource } from './source.ts';

/** A blob that arrives in parts. The caller keeps this object from `begin` on. Only the store interprets its fields. */
export interface MultipartBlob {
  /** The key of the completed blob. Like any key, it is never reused. */
  readonly key: string;
  /** S3: the id of the upload. Disk: empty. */
  readonly token: string;
}

/** A received part that counts. */
export interface BlobPart {
  /** From 1 to `partsAtMost`. */
  readonly number: number;
  readonly sizeBytes: number;
  /** The SHA-256 in lower-case hex, as verified by the store. Null if an S3 server does not report it. */
  readonly sha256: string | null;
  readonly writtenAt: Date;
  /** Identifies the content of the part (S3: its ETag; disk: its SHA-256). Equal content has equal tags. */
  readonly tag: string;
}

/** The announced size and hash of a part. The store verifies both. */
export interface PartContent {
  /** At most `partBytesAtMost`, and at least `partBytesAtLeast` except for the last part. */
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PutPartOptions {
  /** Ends the put with the reason of the signal, even if the source stalls. */
  readonly signal?: AbortSignal | undefined;
}

/** A signed request. It works without other credentials for anyone who has it, until it expires. Never log it. */
export interface SignedRequest {
  readonly url: string;
  /** The headers, to send unchanged. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignOptions {
  /** The lifetime in seconds, at most a week. If the credentials of the store expire earlier, so does the URL. */
  readonly expiresIn: number;
}

/**
 * Blobs in numbered parts, sent in any order, in parallel, to any server, over days. A blob is invisible before
 * `complete`. `sweepTemporary` removes blobs that are neither completed nor aborted.
 *
 * Numbers, sizes and hashes that break the rules above are errors of the caller: `RangeError`.
 */
export interface MultipartStore {
  /**
   * Starts a blob. When the promise resolves, the start survives a crash of the machine. The same holds for each
   * part.
   */
  begin(): Promise<MultipartBlob>;

  /**
   * Stores a part in constant memory, at the speed of the slower side. The part counts after verification. It
   * replaces an earlier part of the same number; of concurrent parts, the last finished one counts.
   *
   * On failure, a `Readable` source stays open, and the earlier part still counts.
   * @throws BlobMismatch; BlobNotFound if the blob is aborted or complete; BlobStoreFull; the reason of the signal;
   * the errors of the source.
   */
  put(
    blob: MultipartBlob,
    number: number,
    source: BlobSource,
    content: PartContent,
    options?: PutPartOptions,
  ): Promise<BlobPart>;

  /** Lists the parts that count, by number. Concurrent puts may or may not appear. @throws BlobNotFound like `put`. */
  list(blob: MultipartBlob): AsyncIterable<BlobPart>;

  /**
   * Creates the blob from exactly these parts: whole and visible at once under `blob.key`, and durable. The list must
   * name all existing parts, at least one, in ascending order; gaps are allowed. Idempotent. If a part is replaced
   * concurrently, the blob has the named content, or the call fails.
   * @throws BlobPartsChanged if a part is missing or differs from the named one; nothing has changed then.
   * @throws BlobNotFound if the blob was aborted.
   */
  complete(blob: MultipartBlob, parts: readonly BlobPart[]): Promise<void>;

  /**
   * Removes all parts. Idempotent. Does not remove a completed blob; use `delete`. A concurrent put fails, or leaves
   * only what the sweep finds.
   */
  abort(blob: MultipartBlob): Promise<void>;

  /**
   * Present if the store accepts parts directly: signs a PUT request for exactly this content and part, and the store
   * rejects any other. Does not contact the store, so only the request shows whether the blob is complete or aborted.
   */
  readonly sign?: (
    blob: MultipartBlob,
    number: number,
    content: PartContent,
    options: SignOptions,
  ) => Promise<SignedRequest>;
}
