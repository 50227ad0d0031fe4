import { type Arrival, letGo } from './arrival.ts';
import { rangeHeader } from './byte-range.ts';
import { concat, streamOf } from './bytes.ts';
import { ChecksumError, ModelBoxError } from './errors.ts';
import { keepReading, type Remote } from './keep-reading.ts';
import type { ReadOptions, ToFileOptions } from './options.ts';
import { checkPartOptions, PARALLEL, PARTS_FROM } from './part-options.ts';
import { onlyForward } from './progress.ts';
import { sha256, sha256OfEtag } from './sha256.ts';
import { slots } from './slots.ts';
import { toFile } from './to-file.ts';
import type { FetchFile } from './whole-file.ts';
import { writeInto } from './write-into.ts';
import { writeTarget } from './write-target.ts';

/**
 * A download whose head has arrived. Read its content once, in one of the forms below, or `cancel` it. If the
 * connection breaks, the download continues from there. A whole file is verified while it is read; a wrong SHA-256
 * throws `ChecksumError`.
 */
export class Download implements AsyncIterable<Uint8Array> {
  /** 200: the whole file. 206: the requested range. */
  readonly status: number;
  /** The size of the content in bytes. Undefined if a proxy changed the encoding. */
  readonly sizeBytes: number | undefined;
  /** The SHA-256 of the whole file in lower-case hex. */
  readonly sha256: string | undefined;
  readonly mediaType: string | null;
  readonly headers: Headers;
  readonly requestId: string | null;
  readonly #arrival: Arrival;
  readonly #remote: Remote;
  readonly #fetchFile: FetchFile;

  constructor(arrival: Arrival, remote: Remote, fetchFile: FetchFile) {
    const { response } = arrival;
    const length = response.headers.get('content-length');
    this.status = response.status;
    this.sizeBytes = length === null || response.headers.has('content-encoding') ? undefined : Number(length);
    this.sha256 = sha256OfEtag(response.headers.get('etag'));
    this.mediaType = response.headers.get('content-type');
    this.headers = response.headers;
    this.requestId = response.headers.get('x-request-id');
    this.#arrival = arrival;
    this.#remote = remote;
    this.#fetchFile = fetchFile;
  }

  /** The content as a stream. The stream fails at its end if the verification fails. */
  stream(options?: ReadOptions): ReadableStream<Uint8Array> {
    return streamOf(this.#chunks(options));
  }

  /** Reads all content in memory. */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    return concat(this.#chunks(options));
  }

  /**
   * Writes the content to a file (on Node). It first writes another file beside `path`, so `path` is never
   * incomplete. Follows symbolic links. Pipes with a reader, character devices and `/dev/stdout` get the bytes before
   * they are verified. Folders, sockets and pipes without a reader throw `ModelBoxError`.
   *
   * A large whole file is downloaded in parallel parts. If a call fails or is killed, a repeated call continues from
   * the partial file beside `path`. Do not run two such calls at the same time.
   */
  async toFile(path: string, options: ToFileOptions = {}): Promise<void> {
    checkPartOptions(options);
    const { sizeBytes, sha256, headers } = this;
    const target = await writeTarget(path).catch((error: unknown) => this.#giveUp(error));
    if ('into' in target) {
      const chunks = this.#chunks(options);
      return writeInto(target.into, chunks, this.#remote.signal).catch((error: unknown) =>
        this.#giveUp(error),
      );
    }
    const inParts =
      this.status === 200 &&
      options.verify !== false &&
      sizeBytes !== undefined &&
      sizeBytes >= (options.partsFrom ?? PARTS_FROM) &&
      headers.get('accept-ranges') === 'bytes';
    if (!inParts || sha256 === undefined) {
      return toFile(target.file, this.#chunks(options)).catch((error: unknown) => this.#giveUp(error));
    }
    await this.cancel();
    const etag = headers.get('etag') ?? undefined;
    const open = async (offset: number, length: number, signal: AbortSignal | undefined) => {
      const remote = this.#remote.under(signal);
      const part = await remote.ask(rangeHeader({ offset, length }), etag);
      if (part.response.status === 206 && part.response.headers.get('etag') === etag)
        return keepReading(part, remote);
      await letGo(part);
      throw new ModelBoxError('The file changed during the download; download it again');
    };
    const { parallel = PARALLEL } = options;
    const onProgress = onlyForward(options.onProgress);
    await this.#fetchFile({ what: 'The download', sizeBytes, sha256, open }, target.file, {
      ...options,
      slots: slots(parallel),
      signal: this.#remote.signal,
      onBytes: (bytes) => onProgress?.(bytes, sizeBytes),
    });
  }

  /** Cancels content that no reader has started, before the call fails. */
  async #giveUp(error: unknown): Promise<never> {
    await this.cancel();
    throw error;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return this.#chunks();
  }

  /** Cancels the unread content. */
  cancel(): Promise<void> {
    return letGo(this.#arrival);
  }

  async *#chunks(options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const expected = this.status === 200 && options.verify !== false ? this.sha256 : undefined;
    const hash = expected === undefined ? undefined : sha256();
    let bytes = 0;
    for await (const chunk of keepReading(this.#arrival, this.#remote)) {
      bytes += chunk.byteLength;
      hash?.update(chunk);
      options.onProgress?.(bytes, this.sizeBytes);
      yield chunk;
    }
    const actual = hash?.hex();
    if (expected !== undefined && actual !== undefined && actual !== expected) {
      throw new ChecksumError('The download', expected, actual);
    }
  }
}
