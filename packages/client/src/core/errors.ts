/** The base class of all errors of the client. */
export class ModelBoxError extends Error {
  override name = 'ModelBoxError';
}

/** No complete answer arrived: the server could not be reached, or the connection broke. */
export class ConnectionError extends ModelBoxError {
  override name = 'ConnectionError';
}

/** No answer arrived within `timeoutMs`. */
export class TimeoutError extends ModelBoxError {
  override name = 'TimeoutError';
}

/** The `signal` aborted the call. Its reason is the `cause`. */
export class AbortError extends ModelBoxError {
  override name = 'AbortError';
}

/** The client was closed before or during the call. */
export class ClosedError extends ModelBoxError {
  override name = 'ClosedError';
}

/** The content was damaged in transit: on the server after an upload, or here after a download. */
export class ChecksumError extends ModelBoxError {
  override name = 'ChecksumError';
  /** The expected SHA-256 in hex. */
  readonly expected: string;
  /** The SHA-256 of the received content in hex. Undefined if the other side did not report it. */
  readonly actual: string | undefined;

  constructor(what: string, expected: string, actual: string | undefined, options?: ErrorOptions) {
    const found = actual === undefined ? 'and is not' : `and is ${actual}`;
    super(`${what} arrived damaged: its SHA-256 should be ${expected} ${found}`, options);
    this.expected = expected;
    this.actual = actual;
  }
}
