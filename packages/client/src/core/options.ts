import type { ParallelPartOptions } from './part-options.ts';
import type { Progress } from './progress.ts';

/** Options of any call. */
export interface CallOptions {
  /** Gives the call up: it rejects with `AbortError`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest wait in milliseconds for one try to be answered in full, or, while a file is sent or received, for the
   * next part of it to move. Default: that of the client. 0: no limit.
   */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first, at most. Default: that of the client. */
  readonly maxRetries?: number | undefined;
  /** Sent besides, or instead of, what the client sends. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of a call that changes something. */
export interface WriteOptions extends CallOptions {
  /**
   * The same key with the same body is carried out once, for 24 hours. Default: a random one, the same for all tries of
   * this call. Give your own to make a call safe against a restart of your program.
   */
  readonly idempotencyKey?: string | undefined;
}

/** Options of a call that can be made to depend on the state of the object. */
export interface ConditionalOptions extends WriteOptions {
  /** Carried out only if the object's ETag is still this one; otherwise `PreconditionFailedError`. */
  readonly ifMatch?: string | undefined;
}

/** Options of an upload. Uploads are idempotent by path and content and so need no key. */
export interface UploadOptions extends CallOptions {
  /** Told after each part how many bytes were handed to the connection, and of how many if that is known. */
  readonly onProgress?: Progress | undefined;
  /** The length in bytes of a stream, where you know it: then the server refuses a shorter or longer one. */
  readonly sizeBytes?: number | undefined;
  /** The SHA-256 in hex, where you know it: then the server stores nothing that differs. */
  readonly sha256?: string | undefined;
  /** The media type of the file. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined;
}

/** Options of the upload of a file, which goes in parts where it is large and not a stream. */
export interface FileUploadOptions extends UploadOptions, ParallelPartOptions {
  /**
   * Whether parts may go straight to the server's store by signed addresses. `auto` (the default): where the store can
   * take them and can be reached from here; else to the server. `false`: to the server.
   */
  readonly direct?: 'auto' | false | undefined;
  /**
   * The longest wait in milliseconds, once all parts are sent, until the server has put them together and verified the
   * whole. Then it is a `TimeoutError`, and the server goes on: the same call later waits for it again. Default: a day.
   * 0: no limit.
   */
  readonly settleTimeoutMs?: number | undefined;
  /**
   * Removes what has arrived where `signal` fires. Default: false, so that the same call goes on from there.
   */
  readonly discardOnAbort?: boolean | undefined;
}

/** A part of a file: from `offset`, to the end or `length` bytes; or its last `last` bytes. */
export type ByteRange =
  | { readonly offset: number; readonly length?: number | undefined }
  | { readonly last: number };

/** Options of a download. */
export interface DownloadOptions extends CallOptions {
  /** A part of the file instead of the whole. A part is not verified: the hash is that of the whole. */
  readonly range?: ByteRange | undefined;
}

/** Options of writing what was downloaded to a file. */
export interface ToFileOptions extends ReadOptions, ParallelPartOptions {}

/** Options of reading what was downloaded. */
export interface ReadOptions {
  /** Told after each part how many bytes have arrived, and of how many if that is known. */
  readonly onProgress?: Progress | undefined;
  /** Compares the SHA-256 of a whole file with the server's. Default: true. */
  readonly verify?: boolean | undefined;
}
