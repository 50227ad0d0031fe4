/** What an answer says besides its data. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  /** What `ifMatch` compares; null where the object has none. */
  readonly etag: string | null;
  /** Leads to the request in the server's log. */
  readonly requestId: string | null;
  readonly headers: Headers;
}

/** The promise of an answer's data, which can give the whole answer too. */
export class APIPromise<T> extends Promise<T> {
  readonly #answer: Promise<Answer<T>>;

  constructor(answer: Promise<Answer<T>>) {
    super((resolve) => resolve(answer.then(({ data }) => data)));
    this.#answer = answer;
  }

  /** What `then` and the like make is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** The data with its ETag, status, headers and request id. */
  withResponse(): Promise<Answer<T>> {
    // Who asks for the answer handles its failure there.
    this.catch(() => {});
    return this.#answer;
  }
}

/** The answer that a response carries, its data aside. */
export const answerOf = <T>(response: Response, data: T): Answer<T> => ({
  data,
  status: response.status,
  etag: response.headers.get('etag'),
  requestId: response.headers.get('x-request-id'),
  headers: response.headers,
});
