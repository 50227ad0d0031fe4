import type { BlobSource } from './source.ts';

/** Content that comes in parts. The caller keeps it from `begin` on; both fields mean something to its store only. */
export interface MultipartBlob {
  /** Where the blob will lie once it is complete: a key like any other, never given twice. */
  readonly key: string;
  /** S3: the id of the upload. Disk: empty. */
  readonly token: string;
}

/** A part that has arrived and counts. */
export interface BlobPart {
  /** From 1 to `partsAtMost`. */
  readonly number: number;
  readonly sizeBytes: number;
  /** Lower-case hex, as the store verified it; null where an S3 server does not tell it. */
  readonly sha256: string | null;
  readonly writtenAt: Date;
  /** Names the content of the part (S3: its ETag; disk: its SHA-256). The same content has the same tag. */
  readonly tag: string;
}

/** What the sender says of a part; the store counts and hashes what really comes. */
export interface PartContent {
  /** At most `partBytesAtMost`; of all parts but the last at least `partBytesAtLeast`. */
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PutPartOptions {
  /** Ends the put, even while the source stalls, by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** For who holds a signed URL: it works without any other credentials, until it expires. Never to be logged. */
export interface SignedRequest {
  readonly url: string;
  /** To be sent exactly so. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignOptions {
  /** Seconds, at most a week. Where the store's own credentials are temporary, their end is the URL's. */
  readonly expiresIn: number;
}

/**
 * Blobs that come in numbered parts: in any order, several at once, to any server, over days. Nothing of one is visible
 * as a blob before `complete`. What nobody completes or aborts is temporary in the sense of `sweepTemporary`.
 *
 * Numbers, sizes and hashes that break the rules above are the caller's mistake: a `RangeError`.
 */
export interface MultipartStore {
  /** When it resolves, the beginning outlives a crash of the machine, and so does each part that is put. */
  begin(): Promise<MultipartBlob>;

  /**
   * Stores one part, in constant memory and at the pace of the slower side, and verifies it before it counts. The same
   * part again replaces it; of two that race with different content the one that finished last counts, whole.
   *
   * On failure a `Readable` source is left open and undestroyed, and what counted before counts still.
   * @throws BlobMismatch; BlobNotFound where the blob is aborted or complete; BlobStoreFull; the signal's reason;
   * whatever the source throws.
   */
  put(
    blob: MultipartBlob,
    number: number,
    source: BlobSource,
    content: PartContent,
    options?: PutPartOptions,
  ): Promise<BlobPart>;

  /** The parts that count, by number. What is put meanwhile may or may not appear. @throws BlobNotFound as `put`. */
  list(blob: MultipartBlob): AsyncIterable<BlobPart>;

  /**
   * Makes the blob of exactly these parts: visible at once and whole under `blob.key`, and durable. All that are there
   * must be named, one at least, in order of their numbers, which may have gaps. Idempotent: again after success it
   * resolves. A part that is replaced at the same moment is in the blob as it is named here, or this fails.
   * @throws BlobPartsChanged where a part is not there or not the one named; then nothing has changed.
   * @throws BlobNotFound where it was aborted.
   */
  complete(blob: MultipartBlob, parts: readonly BlobPart[]): Promise<void>;

  /**
   * Removes all parts. Idempotent. Not the complete blob: that is `delete`. A put under way fails, or leaves nothing
   * that the sweep does not find.
   */
  abort(blob: MultipartBlob): Promise<void>;

  /**
   * Only where parts can go to the store past the server: a request (PUT) that stores exactly this content as this part.
   * The store refuses any other. Asks nobody: that the blob is complete or aborted shows when the request is made.
   */
  readonly sign?: (
    blob: MultipartBlob,
    number: number,
    content: PartContent,
    options: SignOptions,
  ) => Promise<SignedRequest>;
}
