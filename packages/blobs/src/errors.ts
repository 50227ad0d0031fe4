/** No blob under this key, or one that is not whole; or no multipart blob that is neither complete nor aborted. */
export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  readonly key: string;
  constructor(key: string, detail?: string) {
    super(`no blob ${key}${detail === undefined ? '' : `: ${detail}`}`);
    this.key = key;
  }
}

/** Not the form of key that stores make: refused before it touches a path or a bucket. */
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

/** The source held other bytes than its sender had announced. */
export class BlobMismatch extends Error {
  override readonly name = 'BlobMismatch';
  readonly what: 'sizeBytes' | 'sha256';
  readonly expected: number | string;
  /** For a size the number of bytes seen until the mismatch was certain. */
  readonly actual: number | string;
  constructor(what: 'sizeBytes' | 'sha256', expected: number | string, actual: number | string) {
    super(`expected ${what} ${expected}, received ${actual}`);
    this.what = what;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The source went over the caller's limit. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
  readonly limitBytes: number;
  constructor(limitBytes: number) {
    super(`more than the ${limitBytes} bytes allowed`);
    this.limitBytes = limitBytes;
  }
}

/** A multipart blob was to be made of parts that are not there, or not the ones that were named, any more. */
export class BlobPartsChanged extends Error {
  override readonly name = 'BlobPartsChanged';
  /** In order; empty where the store does not tell. */
  readonly numbers: readonly number[];
  constructor(numbers: readonly number[]) {
    super(`${numbers.length || 'some'} parts are not the ones named: ${numbers.slice(0, 10).join(', ')}`);
    this.numbers = numbers;
  }
}

/** No space, or a quota is used up. Trying again helps only after somebody made room. */
export class BlobStoreFull extends Error {
  override readonly name = 'BlobStoreFull';
  constructor(cause: unknown) {
    super('the blob store is full', { cause });
  }
}

/** The store does not answer or refuses us; the blobs may well be there. Trying again later can help. */
export class BlobStoreUnavailable extends Error {
  override readonly name: string = 'BlobStoreUnavailable';
  constructor(cause: unknown) {
    super(`the blob store is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** The store can be read, but refuses writes: a file system that is mounted read-only, or missing rights. */
export class BlobStoreReadOnly extends BlobStoreUnavailable {
  override readonly name = 'BlobStoreReadOnly';
}

/** Why a request to an S3 server failed, without the secrets that the S3 client's own errors repeat. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  /** As S3's API calls it, for example `PutObject`; undefined for what is done without the server. */
  readonly operation: string | undefined;
  /** Undefined if the server did not answer. */
  readonly status: number | undefined;
  /** The server's code, such as `AccessDenied`, or that of the connection, such as `ECONNREFUSED`. */
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

/** The store is marked as another owner's: nothing of it may be written or removed. */
export class BlobStoreOwnerMismatch extends Error {
  override readonly name = 'BlobStoreOwnerMismatch';
  /** Whom the marker names. */
  readonly owner: string;
  constructor(owner: string, id: string) {
    super(`the blob store belongs to ${JSON.stringify(owner)}, not to ${JSON.stringify(id)}`);
    this.owner = owner;
  }
}
