import { APIPromise } from './core/api-promise.ts';
import { takeOver } from './core/arrival.ts';
import { rangeHeader } from './core/byte-range.ts';
import type { Calls, FileDownload, FileUpload } from './core/calls.ts';
import { Download } from './core/download.ts';
import { DownloadPromise } from './core/download-promise.ts';
import { Http } from './core/http.ts';
import type { Remote } from './core/keep-reading.ts';
import type { CallOptions, DownloadOptions } from './core/options.ts';
import { readText } from './core/readers.ts';
import { sending } from './core/sending.ts';
import { pause, waitToRetry } from './core/try-request.ts';
import { readSource } from './core/upload-source.ts';
import { queryString, url } from './core/url.ts';
import { fetchFile } from './downloads/fetch-file.ts';
import { Uploads } from './generated/resources/uploads.ts';
import type { File } from './generated/schemas.ts';
import type { Carrier } from './uploads/carrier.ts';
import { type SentFile, sendFile } from './uploads/upload-file.ts';

/** All calls of one client: single requests, and transfers of files, which may need several requests. */
export class Transfers extends Http implements Calls {
  /** Uploads a file. Resolves when the server has verified it. */
  uploadFile(call: FileUpload): APIPromise<File> {
    return new APIPromise<File>(this.sendFile(call).then((sent) => sent.verified()));
  }

  /** Uploads a file. Resolves when all content has been sent. */
  async sendFile({ url, query, to, source, options = {}, ...shared }: FileUpload): Promise<SentFile> {
    const from = readSource(source);
    const { path, ...owner } = to;
    const target = { owner, path, role: query?.role, mediaType: options.contentType };
    const inOne = () => this.uploadContent<File>(from, url + queryString(query), options);
    const sending = sendFile(this.carrier(options), target, from, { ...options, ...shared }, inOne);
    const { verified } = await this.track(sending);
    return { verified: () => this.track(verified()) };
  }

  /** Returns the carrier of uploads in parts, with the options of a call. */
  carrier({ signal, timeoutMs, maxRetries, headers }: CallOptions): Carrier {
    const call = { signal, timeoutMs, maxRetries, headers };
    return {
      uploads: new Uploads(this),
      call,
      putPart: async (upload, part, { source, sizeBytes, sha256 }, { signal, onBytes }) => {
        const options = { ...call, signal, maxRetries: 0, sizeBytes, sha256, onProgress: onBytes };
        await this.uploadContent(source, url`/v1/uploads/${upload}/parts/${String(part)}`, options);
      },
      putSigned: async (to, { source, sizeBytes }, { signal, onBytes }) => {
        const sent = sending(source, { size: sizeBytes, hashed: false, onProgress: onBytes });
        const options = { timeoutMs, maxRetries: 0, signal };
        const { method, url: target, headers } = to;
        const request = { method, target, elsewhere: true, headers, body: sent.body, options };
        await this.request(request, readText).finally(sent.letGo);
      },
      wait: (error, failures, worthIt, given) =>
        waitToRetry(this.settings, this.closing, { ...call, signal: given }, error, failures, worthIt),
      pause: (ms) => pause(ms, this.closing, signal),
    };
  }

  /** Downloads a file. Resolves when the head of the answer has arrived. */
  download({ url, query, options, direct = false }: FileDownload): DownloadPromise {
    const target = url + queryString({ ...query, redirect: direct || undefined });
    const remote = this.#remote(target, options, direct);
    const head = remote.ask(rangeHeader(options?.range), undefined);
    return new DownloadPromise(head.then((arrival) => new Download(arrival, remote, fetchFile)));
  }

  #remote(target: string, options: DownloadOptions | undefined, follows: boolean): Remote {
    return {
      ask: (range, ifRange) => {
        // A compressed answer has no ranges.
        const headers = { accept: '*/*', 'accept-encoding': 'identity', range, 'if-range': ifRange };
        return this.track(this.request({ method: 'GET', target, headers, follows, options }, takeOver));
      },
      wait: (error, failures) => waitToRetry(this.settings, this.closing, options, error, failures),
      signal: options?.signal,
      under: (signal) => this.#remote(target, { ...options, signal }, follows),
    };
  }
}
