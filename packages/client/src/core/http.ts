import { type Answer, APIPromise } from './api-promise.ts';
import type { Call, ContentUpload, Send } from './calls.ts';
import { closing } from './closing.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { CallOptions, UploadOptions } from './options.ts';
import { type Page, PagePromise } from './page-promise.ts';
import { readJson, readText } from './readers.ts';
import type { Settings } from './settings.ts';
import type { Source } from './source.ts';
import { type Read, type Request, request } from './try-request.ts';
import { upload } from './upload.ts';
import { readSource } from './upload-source.ts';
import { queryString } from './url.ts';

/** The single requests of one client. */
export class Http {
  protected readonly settings: Settings;
  protected readonly closing = closing();
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Sends a call with a JSON answer or an empty one. */
  send<T>(call: Send): APIPromise<T> {
    return new APIPromise<T>(this.#answer<T>(call));
  }

  list<T>({ url, query, options }: Call<CallOptions>): PagePromise<T> {
    const page = (more: object) =>
      this.#answer<Page<T>>({ method: 'GET', url, query: { ...query, ...more }, options });
    return new PagePromise<T>(page({}), async (cursor) => (await page({ cursor })).data);
  }

  /** Uploads content in one request. */
  upload<T extends { sha256: string | null }>(call: ContentUpload): APIPromise<T> {
    const target = call.url + queryString(call.query);
    return new APIPromise<T>(
      this.track(this.uploadContent<T>(readSource(call.source), target, call.options)),
    );
  }

  /** Aborts calls in flight, rejects further calls, and resolves when all have ended. */
  async close(): Promise<void> {
    this.closing.close();
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
    return this.track(this.request({ method, target, headers, body: sent, alsoAnswers, options }, read));
  }

  /** Sends content in one request. */
  protected uploadContent<T extends { sha256: string | null }>(
    source: Source,
    target: string,
    options: UploadOptions | undefined,
  ): Promise<Answer<T>> {
    return upload(source, options, target, (sending) => this.request(sending, readJson<T>));
  }

  protected request<T>(sending: Request, read: Read<T>): Promise<T> {
    return request(this.settings, this.closing, sending, read);
  }

  /** Counts work as in flight until it ends: `close` waits for it. */
  protected track<T>(work: Promise<T>): Promise<T> {
    this.#inFlight.add(work);
    const done = () => this.#inFlight.delete(work);
    work.then(done, done);
    return work;
  }
}
