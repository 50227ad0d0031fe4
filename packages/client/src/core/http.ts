import { type Answer, APIPromise, answerOf } from './api-promise.ts';
import { rangeHeader } from './byte-range.ts';
import { closing } from './closing.ts';
import { type Download, startDownload } from './download.ts';
import { DownloadPromise } from './download-promise.ts';
import { ModelBoxError } from './errors.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { CallOptions, ConditionalOptions, DownloadOptions, UploadOptions } from './options.ts';
import { type Page, PagePromise } from './page-promise.ts';
import type { Settings } from './settings.ts';
import { type Read, type Request, request } from './try-request.ts';
import { upload } from './upload.ts';
import type { UploadSource } from './upload-source.ts';
import { queryString } from './url.ts';

/** What the generated methods say of a call. */
interface Call<O> {
  /** The path, encoded. */
  readonly url: string;
  readonly query?: object | undefined;
  readonly options: O | undefined;
}

interface Send extends Call<ConditionalOptions> {
  readonly method: string;
  readonly body?: unknown;
  readonly as?: 'text';
  readonly alsoAnswers?: readonly number[];
}

/** The calls of one client, in each form that the API has. */
export class Http {
  readonly #settings: Settings;
  readonly #closing = closing();
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** A call with a JSON answer, or none. */
  send<T>(call: Send): APIPromise<T> {
    return new APIPromise<T>(this.#answer<T>(call));
  }

  /** A list, page by page. */
  list<T>({ url, query, options }: Call<CallOptions>): PagePromise<T> {
    const page = (more: object) =>
      this.#answer<Page<T>>({ method: 'GET', url, query: { ...query, ...more }, options });
    return new PagePromise<T>(page({}), async (cursor) => (await page({ cursor })).data);
  }

  /** The upload of a file's content. */
  upload<T extends { sha256: string | null }>(
    call: Call<UploadOptions> & { readonly source: UploadSource },
  ): APIPromise<T> {
    const target = call.url + queryString(call.query);
    return new APIPromise<T>(
      this.#track(
        upload(call.source, call.options, target, (sending) => this.#request(sending, readJson<T>)),
      ),
    );
  }

  /** The download of a file's content, from when its head is here. */
  download({ url, query, options }: Call<DownloadOptions>): DownloadPromise {
    const headers = { range: rangeHeader(options?.range), accept: '*/*' };
    const target = url + queryString(query);
    const head = this.#request<Download>({ method: 'GET', target, headers, options }, startDownload);
    return new DownloadPromise(this.#track(head));
  }

  /** Gives up what is in flight, refuses what comes, and is done when all has ended. */
  async close(): Promise<void> {
    this.#closing.close();
    await Promise.allSettled(this.#inFlight);
  }

  #answer<T>({ method, url, query, body, as, alsoAnswers, options }: Send): Promise<Answer<T>> {
    const headers = {
      accept: as === 'text' ? 'text/plain' : 'application/json',
      'content-type': body === undefined ? undefined : 'application/json',
      'idempotency-key': method === 'GET' ? undefined : (options?.idempotencyKey ?? idempotencyKey()),
      'if-match': options?.ifMatch,
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = text === undefined ? undefined : () => ({ content: text });
    const target = url + queryString(query);
    const read = (as === 'text' ? readText : readJson) as Read<Answer<T>>;
    return this.#track(this.#request({ method, target, headers, body: sent, alsoAnswers, options }, read));
  }

  #request<T>(sending: Request, read: Read<T>): Promise<T> {
    return request(this.#settings, this.#closing, sending, read);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#inFlight.add(work);
    const done = () => this.#inFlight.delete(work);
    work.then(done, done);
    return work;
  }
}

const readJson = async <T>(response: Response, guard: { release(): void }): Promise<Answer<T>> => {
  const text = await response.text();
  guard.release();
  return answerOf(response, parse(text, response) as T);
};

const readText: Read<Answer<string>> = async (response, guard) => {
  const text = await response.text();
  guard.release();
  return answerOf(response, text);
};

function parse(text: string, response: Response): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelBoxError(
      `${response.url} answered ${response.status} with what is not JSON; is it ModelBox?`,
      { cause },
    );
  }
}
