import type { ParallelPartOptions } from './part-options.ts';
import type { Progress } from './progress.ts';

/** Options of all calls. */
export interface CallOptions {
  /** Aborts the call, which rejects with `AbortError`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The timeout of one try in milliseconds. While a file is sent or received, the timeout applies to each of its
   * chunks. Default: the option of the client. 0: no limit.
   */
  readonly timeoutMs?: number | undefined;
  /** The maximum number of retries. Default: the option of the client. */
  readonly maxRetries?: number | undefined;
  /** Headers that extend or replace those of the client. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of calls that change something. */
export interface WriteOptions extends CallOptions {
  /**
   * The server carries out requests with the same key and body once, for 24 hours. Default: a random key for all
   * tries of this call. Set your own key to make the call safe against restarts of your program.
   */
  readonly idempotencyKey?: string | undefined;
}

/** Options of conditional calls. */
export interface ConditionalOptions extends WriteOptions {
  /** Carries out the call only if the ETag of the object is this one. Otherwise throws `PreconditionFailedError`. */
  readonly ifMatch?: string | undefined;
}

/** Options of uploads. Path and content make uploads idempotent, so they need no key. */
export interface UploadOptions extends CallOptions {
  /** Called after each chunk with the number of sent bytes, and the total if known. */
  readonly onProgress?: Progress | undefined;
  /** The length of a stream in bytes, if known. The server then rejects any other length. */
  readonly sizeBytes?: number | undefined;
  /** The SHA-256 in hex, if known. The server then stores no other content. */
  readonly sha256?: string | undefined;
  /** The media type of the file. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
}

/** Options of file uploads. Large files that are not streams are sent in parts. */
export interface FileUploadOptions extends UploadOptions, ParallelPartOptions {
  /**
   * `auto` (the default): sends parts to the file store by signed URLs if the store supports it and can be reached,
   * otherwise to the server. `false`: always to the server.
   */
  readonly direct?: 'auto' | false | undefined;
  /**
   * The maximum time in milliseconds for the server to assemble and verify the file after the last part. Afterwards
   * the call throws `TimeoutError` while the server goes on; a repeated call waits again. Default: one day. 0: no
   * limit.
   */
  readonly settleTimeoutMs?: number | undefined;
  /** Aborts the upload on the server if `signal` fires. Default: false, so that a repeated call continues. */
  readonly discardOnAbort?: boolean | undefined;
}

/** A range of a file: from `offset` to the end or for `length` bytes, or the last `last` bytes. */
export type ByteRange =
  | { readonly offset: number; readonly length?: number | undefined }
  | { readonly last: number };

/** Options of downloads. */
export interface DownloadOptions extends CallOptions {
  /** A range instead of the whole file. Ranges are not verified, because the hash covers the whole file. */
  readonly range?: ByteRange | undefined;
}

/** Options of writing a download to a file. */
export interface ToFileOptions extends ReadOptions, ParallelPartOptions {}

/** Options of reading a download. */
export interface ReadOptions {
  /** Called after each chunk with the number of received bytes, and the total if known. */
  readonly onProgress?: Progress | undefined;
  /** Whether to verify the SHA-256 of a whole file. Default: true. */
  readonly verify?: boolean | undefined;
}
