/** An error as S3 servers answer it. */
export interface S3Error {
  /**
   * S3 uses 200 with a code if an operation fails after its answer has started, above all `CompleteMultipartUpload`.
   */
  readonly status: number;
  /** For example `SlowDown`. A HEAD carries none. */
  readonly code: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Damage {
  /** Whether the answer keeps the `x-amz-checksum-*` headers of the undamaged content. Default: `kept`. */
  readonly checksums?: 'kept' | 'removed';
}

/** A fault of an S3 server or of the connection to it. */
export type Fault =
  /** The request reaches the server after this delay. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Resets the connection after this number of body bytes. The server also sees the body end early. */
  | { readonly kind: 'cut'; readonly side: 'request' | 'answer'; readonly afterBytes: number }
  /**
   * Nothing moves until the rule is removed.
   * - `connect`: new connections are accepted and never read. The rule must match every request.
   * - `request`: the server never sees the request.
   * - `answer`: the server has carried out the request, and no header comes back.
   * - `request-body`, `answer-body`: stalls after this number of body bytes.
   */
  | { readonly kind: 'stall'; readonly at: 'connect' | 'request' | 'answer' }
  | { readonly kind: 'stall'; readonly at: 'request-body' | 'answer-body'; readonly afterBytes: number }
  /** Reads the whole request and answers instead of the server. */
  | ({ readonly kind: 'error' } & S3Error)
  /**
   * Answers before the body has arrived, and does not read the rest. With `afterBytes: 0` (the default), answers
   * before `100 Continue`. The connection then stays open or is reset.
   */
  | ({
      readonly kind: 'refuse';
      readonly afterBytes?: number;
      readonly connection: 'open' | 'reset';
    } & S3Error)
  /**
   * The answer has this number of bytes and a matching `Content-Length`, like a complete answer of a shorter object.
   */
  | ({ readonly kind: 'truncate'; readonly toBytes: number } & Damage)
  /** Flips one bit of this byte (from 0) of the body. */
  | ({ readonly kind: 'flip'; readonly side: 'request' | 'answer'; readonly atByte: number } & Damage)
  /** The server completes the operation, and the connection is reset before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The server receives the request twice in a row. The client gets the second answer. */
  | { readonly kind: 'repeat' }
  /**
   * The clock of the server is wrong: it affects its `Date`, and which requests and signed URLs are too old or too
   * new. Accepted requests are signed again for the real server, so the proxy needs the credentials.
   */
  | { readonly kind: 'clock'; readonly offsetMs: number }
  /** Default of `to`: the same path at the real server. */
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 307; readonly to?: string }
  /** In the header and in XML. */
  | { readonly kind: 'etag'; readonly etag: string };
