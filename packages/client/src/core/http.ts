import { Uploads } from '../generated/resources/uploads.ts';
import type { File, FileRole, Upload } from '../generated/schemas.ts';
import type { Carrier } from '../uploads/carrier.ts';
import type { Owner } from '../uploads/file-target.ts';
import { type SentFile, sendFile } from '../uploads/upload-file.ts';
import { type Answer, APIPromise, answerOf } from './api-promise.ts';
import { takeOver } from './arrival.ts';
import { rangeHeader } from './byte-range.ts';
import { closing } from './closing.ts';
import { Download } from './download.ts';
import { DownloadPromise } from './download-promise.ts';
import { ModelBoxError } from './errors.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { Remote } from './keep-reading.ts';
import type {
  CallOptions,
  ConditionalOptions,
  DownloadOptions,
  FileUploadOptions,
  UploadOptions,
} from './options.ts';
import { type Page, PagePromise } from './page-promise.ts';
import { sending } from './sending.ts';
import type { Settings } from './settings.ts';
import type { Slots } from './slots.ts';
import type { Source } from './source.ts';
import { pause, type Read, type Request, request, waitToRetry } from './try-request.ts';
import { upload } from './upload.ts';
import { readSource, type UploadSource } from './upload-source.ts';
import { queryString, url } from './url.ts';

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

interface FileUpload extends Call<FileUploadOptions> {
  readonly query?: { readonly role?: FileRole | undefined } | undefined;
  /** The object that the file is for, and where it is to lie. */
  readonly to: Owner & { readonly path: string };
  readonly source: UploadSource;
  /** Of several uploads to the same object: the connections that they share, */
  readonly slots?: Slots;
  /** and the uploads to it that are known already. */
  readonly known?: Iterable<Upload>;
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

  /** The upload of content in one request. */
  upload<T extends { sha256: string | null }>(
    call: Call<UploadOptions> & { readonly source: UploadSource },
  ): APIPromise<T> {
    const target = call.url + queryString(call.query);
    return new APIPromise<T>(this.#track(this.#upload<T>(readSource(call.source), target, call.options)));
  }

  /** The upload of a file, until it is verified. */
  uploadFile(call: FileUpload): APIPromise<File> {
    return new APIPromise<File>(this.sendFile(call).then((sent) => sent.verified()));
  }

  /** The upload of a file, until it has been sent. */
  async sendFile({ url, query, to, source, options = {}, ...shared }: FileUpload): Promise<SentFile> {
    const from = readSource(source);
    const { path, ...owner } = to;
    const target = { owner, path, role: query?.role, mediaType: options.contentType };
    const inOne = () => this.#upload<File>(from, url + queryString(query), options);
    const sending = sendFile(this.carrier(options), target, from, { ...options, ...shared }, inOne);
    const { verified } = await this.#track(sending);
    return { verified: () => this.#track(verified()) };
  }

  /** What moves uploads in parts, with the options of a call. */
  carrier({ signal, timeoutMs, maxRetries, headers }: CallOptions): Carrier {
    const call = { signal, timeoutMs, maxRetries, headers };
    return {
      uploads: new Uploads(this),
      call,
      putPart: async (upload, part, { source, sizeBytes, sha256 }, { signal, onBytes }) => {
        const options = { ...call, signal, maxRetries: 0, sizeBytes, sha256, onProgress: onBytes };
        await this.#upload(source, url`/v1/uploads/${upload}/parts/${String(part)}`, options);
      },
      putSigned: async (to, { source, sizeBytes }, { signal, onBytes }) => {
        const sent = sending(source, { size: sizeBytes, hashed: false, onProgress: onBytes });
        const options = { timeoutMs, maxRetries: 0, signal };
        const { method, url: target, headers } = to;
        const request = { method, target, elsewhere: true, headers, body: sent.body, options };
        await this.#request(request, readText).finally(sent.letGo);
      },
      wait: (error, failures, worthIt, given) =>
        waitToRetry(this.#settings, this.#closing, { ...call, signal: given }, error, failures, worthIt),
      pause: (ms) => pause(ms, this.#closing, signal),
    };
  }

  /** The download of a file's content, from when its head is here. `direct`: from where the server says, where it does. */
  download({
    url,
    query,
    options,
    direct = false,
  }: Call<DownloadOptions> & { readonly direct?: boolean }): DownloadPromise {
    const target = url + queryString({ ...query, redirect: direct || undefined });
    const remote = this.#remote(target, options, direct);
    const head = remote.ask(rangeHeader(options?.range), undefined);
    return new DownloadPromise(head.then((arrival) => new Download(arrival, remote)));
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

  #remote(target: string, options: DownloadOptions | undefined, follows: boolean): Remote {
    return {
      ask: (range, ifRange) => {
        // What is compressed on its way cannot be asked for in parts.
        const headers = { accept: '*/*', 'accept-encoding': 'identity', range, 'if-range': ifRange };
        return this.#track(this.#request({ method: 'GET', target, headers, follows, options }, takeOver));
      },
      wait: (error, failures) => waitToRetry(this.#settings, this.#closing, options, error, failures),
      signal: options?.signal,
      under: (signal) => this.#remote(target, { ...options, signal }, follows),
    };
  }

  #upload<T extends { sha256: string | null }>(
    source: Source,
    target: string,
    options: UploadOptions | undefined,
  ): Promise<Answer<T>> {
    return upload(source, options, target, (sending) => this.#request(sending, readJson<T>));
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

const readJson = async <T>(response: Response, watchdog: { release(): void }): Promise<Answer<T>> => {
  const text = await response.text();
  watchdog.release();
  return answerOf(response, parse(text, response) as T);
};

const readText: Read<Answer<string>> = async (response, watchdog) => {
  const text = await response.text();
  watchdog.release();
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
