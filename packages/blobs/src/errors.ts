/** The key has no complete blob, or the multipart blob is complete or aborted. */
export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  readonly key: string;
  constructor(key: string, detail?: string) {
    super(`no blob ${key}${detail === undefined ? '' : `: ${detail}`}`);
    this.key = key;
  }
}

/** The key does not have the form of a key. It is rejected before any path or bucket is used. */
export class BlobKeyInvalid extends Error {
  override readonly name = 'BlobKeyInvalid';
  constructor(key: unknown) {
    super(`not a blob key: ${JSON.stringify(String(key).slice(0, 80))}`);
  }
}

/** The range is not within the blob, or ends before it starts. */
export class BlobRangeInvalid extends Error {
  override readonly name = 'BlobRangeInvalid';
  readonly sizeBytes: number;
  constructor(start: number, end: number, sizeBytes: number) {
    super(`bytes ${start}-${end} are not within a blob of ${sizeBytes} bytes`);
    this.sizeBytes = sizeBytes;
  }
}

/** The content does not match the announced size or hash. */
export class BlobMismatch extends Error {
  override readonly name = 'BlobMismatch';
  readonly what: 'sizeBytes' | 'sha256';
  readonly expected: number | string;
  /** For a size, the number of received bytes when the mismatch was certain. */
  readonly actual: number | string;
  constructor(what: 'sizeBytes' | 'sha256', expected: number | string, actual: number | string) {
    super(`expected ${what} ${expected}, received ${actual}`);
    this.what = what;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The content exceeds the limit of the caller. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
  readonly limitBytes: number;
  constructor(limitBytes: number) {
    super(`more than the ${limitBytes} bytes allowed`);
    this.limitBytes = limitBytes;
  }
}

/** The parts to complete a multipart blob are missing, or differ from the named ones. */
export class BlobPartsChanged extends Error {
  override readonly name = 'BlobPartsChanged';
  /** The part numbers in order. Empty if the store does not report them. */
  readonly numbers: readonly number[];
  constructor(numbers: readonly number[]) {
    super(
      `${numbers.length || 'some'} parts are missing or differ from the named ones: ` +
        `${numbers.slice(0, 10).join(', ')}`,
    );
    this.numbers = numbers;
  }
}

/** The store is out of space, or a quota is used up. A retry helps only after somebody frees space. */
export class BlobStoreFull extends Error {
  override readonly name = 'BlobStoreFull';
  constructor(cause: unknown) {
    super('the blob store is full', { cause });
  }
}

/** The store does not answer or denies access. The blobs may exist, and a later retry can succeed. */
export class BlobStoreUnavailable extends Error {
  override readonly name: string = 'BlobStoreUnavailable';
  constructor(cause: unknown) {
    super(`the blob store is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** The store can be read but rejects writes: its file system is read-only, or rights are missing. */
export class BlobStoreReadOnly extends BlobStoreUnavailable {
  override readonly name = 'BlobStoreReadOnly';
}

/** The failure of a request to an S3 server, without the secrets in the errors of the S3 client. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  /** The name in the API of S3, such as `PutObject`. Undefined for work without the server. */
  readonly operation: string | undefined;
  /** Undefined if the server did not answer. */
  readonly status: number | undefined;
  /** The error code of the server, such as `AccessDenied`, or of the connection, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  constructor(of: {
    readonly operation: string | undefined;
    readonly status: number | undefined;
    readonly code: string | undefined;
    readonly text: string;
  }) {
    const { operation, status, code, text } = of;
    const what =
      status === undefined
        ? `S3 did not answer${operation === undefined ? '' : ` ${operation}`}`
        : `S3 answered ${status}${operation === undefined ? '' : ` to ${operation}`}`;
    super(`${what}: ${[code ?? 'no error code', text].filter(Boolean).join(': ')}`);
    this.operation = operation;
    this.status = status;
    this.code = code;
  }
}

/** The store belongs to another owner, so nothing in it may be written or removed. */
export class BlobStoreOwnerMismatch extends Error {
  override readonly name = 'BlobStoreOwnerMismatch';
  /** The owner that the marker names. */
  readonly owner: string;
  constructor(owner: string, id: string) {
    super(`the blob store belongs to ${JSON.stringify(owner)}, not to ${JSON.stringify(id)}`);
    this.owner = owner;
  }
}
