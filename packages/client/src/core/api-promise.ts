/** An answer: its data, status and headers. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  /** The value for `ifMatch`. Null if the object has no ETag. */
  readonly etag: string | null;
  /** The id of the request in the log of the server. */
  readonly requestId: string | null;
  readonly headers: Headers;
}

/** The promise of the data of an answer. It can also give the whole answer. */
export class APIPromise<T> extends Promise<T> {
  readonly #answer: Promise<Answer<T>>;

  constructor(answer: Promise<Answer<T>>) {
    super((resolve) => resolve(answer.then(({ data }) => data)));
    this.#answer = answer;
  }

  /** `then`, `catch` and `finally` return plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The data with its ETag, status, headers and request id. */
  withResponse(): Promise<Answer<T>> {
    // Callers of this method handle the failure on its own promise.
    this.catch(() => {});
    return this.#answer;
  }
}

export const answerOf = <T>(response: Response, data: T): Answer<T> => ({
  data,
  status: response.status,
  etag: response.headers.get('etag'),
  requestId: response.headers.get('x-request-id'),
  headers: response.headers,
});
