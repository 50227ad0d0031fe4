/** The base of every error that the client throws on its own account. */
export class ModelBoxError extends Error {
  override name = 'ModelBoxError';
}

/** No answer came: the server could not be reached, or the connection broke before the answer was whole. */
export class ConnectionError extends ModelBoxError {
  override name = 'ConnectionError';
}

/** No answer came within `timeoutMs`. */
export class TimeoutError extends ModelBoxError {
  override name = 'TimeoutError';
}

/** The call was given up by its `signal`, whose reason is the `cause`. */
export class AbortError extends ModelBoxError {
  override name = 'AbortError';
}

/** The client was closed before or during the call. */
export class ClosedError extends ModelBoxError {
  override name = 'ClosedError';
}

/** What arrived is not what was sent: on the server after an upload, or here after a download. */
export class ChecksumError extends ModelBoxError {
  override name = 'ChecksumError';
  /** SHA-256 in hex: what the content should have. */
  readonly expected: string;
  /** SHA-256 in hex: what the content that arrived has; undefined where the other side did not tell. */
  readonly actual: string | undefined;

  constructor(what: string, expected: string, actual: string | undefined, options?: ErrorOptions) {
    const found = actual === undefined ? 'and is not' : `and is ${actual}`;
    super(`${what} arrived damaged: its SHA-256 should be ${expected} ${found}`, options);
    this.expected = expected;
    this.actual = actual;
  }
}
