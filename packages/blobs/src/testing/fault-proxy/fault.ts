/** An error as S3 servers answer it. */
export interface S3Error {
  /** 200 with a code is S3's way to fail an operation whose answer has begun, above all `CompleteMultipartUpload`. */
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

/** One way in which an S3 server, or the line to it, fails. */
export type Fault =
  /** The request reaches the server so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is reset after so many bytes of the body. The server sees the request's body end early too. */
  | { readonly kind: 'cut'; readonly side: 'request' | 'answer'; readonly afterBytes: number }
  /**
   * Nothing moves on until the rule is removed.
   * - `connect`: new connections are accepted and never read. The rule must match every request.
   * - `request`: the server never sees the request. `answer`: the server has done it, and no header comes back.
   * - `request-body`, `answer-body`: after so many bytes of the body.
   */
  | { readonly kind: 'stall'; readonly at: 'connect' | 'request' | 'answer' }
  | { readonly kind: 'stall'; readonly at: 'request-body' | 'answer-body'; readonly afterBytes: number }
  /** The whole request is read, and answered in the server's place. */
  | ({ readonly kind: 'error' } & S3Error)
  /**
   * The request is answered while its body is still to come; the rest is not read. With `afterBytes: 0` (the default)
   * before `100 Continue`. The connection then stays open or is reset.
   */
  | ({
      readonly kind: 'refuse';
      readonly afterBytes?: number;
      readonly connection: 'open' | 'reset';
    } & S3Error)
  /** The answer has so many bytes and a `Content-Length` that says so: a complete answer of a shorter object. */
  | ({ readonly kind: 'truncate'; readonly toBytes: number } & Damage)
  /** One bit of this byte (from 0) of the body is turned over. */
  | ({ readonly kind: 'flip'; readonly side: 'request' | 'answer'; readonly atByte: number } & Damage)
  /** The server completes the operation, and the connection is reset instead of the answer. */
  | { readonly kind: 'lose-answer' }
  /** The server gets the request twice, one after the other. The second answer goes back. */
  | { readonly kind: 'repeat' }
  /**
   * The server's clock is off: its `Date`, and which requests and signed URLs are too old or too new. Requests that pass
   * are signed anew for the real server, so the proxy needs the credentials.
   */
  | { readonly kind: 'clock'; readonly offsetMs: number }
  /** Default of `to`: the same path at the real server. */
  | { readonly kind: 'redirect'; readonly status: 301 | 302 | 307; readonly to?: string }
  /** In the header and in XML. */
  | { readonly kind: 'etag'; readonly etag: string };
