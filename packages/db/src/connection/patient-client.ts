import pg from 'pg';

/** Milliseconds for Postgres to close its side of an ended connection. */
const FAREWELL = 2_000;

/** The error of queries whose connection was cut. */
export const connectionCut = (reason = 'the connection to Postgres was cut'): Error =>
  Object.assign(new Error(reason), { code: 'ETIMEDOUT' });

/** Limits for answers in milliseconds. 0 means no limit. */
export interface Patience {
  /** The first answer on a connection. */
  first: number;
  /** Each further answer. A query may have its own limit as `query_timeout`. */
  later: number;
}

/**
 * A client that cuts its connection if an answer does not arrive in time. Postgres cannot report a timeout if its
 * process or the network hangs. The `query_timeout` of `pg` only rejects the query, and the pool would reuse the
 * hanging connection.
 */
export class PatientClient extends pg.Client {
  readonly #patience: Patience;
  #hasAnswered = false;

  constructor(patience: Patience, config?: pg.ClientConfig) {
    super(config);
    this.#patience = patience;
  }

  /** Cuts the connection. Queries in flight fail at once. */
  cut(reason?: string): void {
    const { stream } = this.connection;
    // A hanging socket must be destroyed, because `end` is not enough.
    stream.destroy(connectionCut(reason));
  }

  // `pg` has seven signatures for this: with a text or a configuration, with or without values and callback.
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  override query(...args: any[]): any {
    const [first, ...rest] = args;
    const { query_timeout: own, ...config } = typeof first === 'object' && first !== null ? first : {};
    const isConfig = own !== undefined;
    const limit = own ?? (this.#hasAnswered ? this.#patience.later : this.#patience.first);
    const timer =
      limit > 0 ? setTimeout(() => this.cut(`Postgres did not answer within ${limit} ms`), limit) : undefined;
    const answered = () => {
      clearTimeout(timer);
      this.#hasAnswered = true;
    };
    const callback = rest.at(-1);
    const asked = [isConfig ? config : first, ...(typeof callback === 'function' ? rest.slice(0, -1) : rest)];
    const query = super.query.bind(this) as (...all: unknown[]) => unknown;
    if (typeof callback === 'function') {
      return query(...asked, (...answer: unknown[]) => {
        answered();
        callback(...answer);
      });
    }
    const result = query(...asked) as Promise<unknown>;
    result.then(answered, answered);
    return result;
  }

  // biome-ignore lint/suspicious/noExplicitAny: with a callback, or answering with a promise.
  override end(...args: any[]): any {
    const timer = setTimeout(() => this.cut(), FAREWELL);
    this.once('end', () => clearTimeout(timer));
    return (super.end as (...all: unknown[]) => unknown).apply(this, args);
  }
}
