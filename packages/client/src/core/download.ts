import { chunksOf, concat, streamOf } from './bytes.ts';
import { ChecksumError, ConnectionError } from './errors.ts';
import type { Guard } from './guard.ts';
import type { ReadOptions } from './options.ts';
import { sha256, sha256OfEtag } from './sha256.ts';
import { toFile } from './to-file.ts';
import type { Read } from './try-request.ts';

/**
 * A download whose head is here and whose content is on its way. Read it once, in one of the ways given, or `cancel` it.
 * A whole file is verified as it is read: `ChecksumError` where its SHA-256 is not the server's.
 */
export class Download implements AsyncIterable<Uint8Array> {
  /** 200: the whole file. 206: the part asked for. */
  readonly status: number;
  /** Bytes to come; undefined where something between changed the encoding. */
  readonly sizeBytes: number | undefined;
  /** Of the whole file, in lower-case hex. */
  readonly sha256: string | undefined;
  readonly mediaType: string | null;
  readonly headers: Headers;
  readonly requestId: string | null;
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #guard: Guard;

  constructor(response: Response, guard: Guard) {
    const length = response.headers.get('content-length');
    this.status = response.status;
    this.sizeBytes = length === null || response.headers.has('content-encoding') ? undefined : Number(length);
    this.sha256 = sha256OfEtag(response.headers.get('etag'));
    this.mediaType = response.headers.get('content-type');
    this.headers = response.headers;
    this.requestId = response.headers.get('x-request-id');
    this.#body = response.body;
    this.#guard = guard;
  }

  /** The content as a stream, which fails at its end if the content is not what it should be. */
  stream(options?: ReadOptions): ReadableStream<Uint8Array> {
    return streamOf(this.#chunks(options));
  }

  /** All the content in memory. */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    return concat(this.#chunks(options));
  }

  /** Writes the content to a file (on Node): under another name beside `path` first, so that `path` is never half. */
  toFile(path: string, options?: ReadOptions): Promise<void> {
    return toFile(path, this.#chunks(options));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return this.#chunks();
  }

  /** Lets go of what has not been read. */
  async cancel(): Promise<void> {
    this.#guard.release();
    if (this.#body && !this.#body.locked) await this.#body.cancel();
  }

  async *#chunks(options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const expected = this.status === 200 && options.verify !== false ? this.sha256 : undefined;
    const hash = expected === undefined ? undefined : sha256();
    let bytes = 0;
    try {
      for await (const chunk of this.#arrivals()) {
        bytes += chunk.byteLength;
        hash?.update(chunk);
        options.onProgress?.(bytes, this.sizeBytes);
        yield chunk;
      }
    } finally {
      this.#guard.release();
    }
    const actual = hash?.hex();
    if (expected !== undefined && actual !== undefined && actual !== expected) {
      throw new ChecksumError('The download', expected, actual);
    }
  }

  /** While a chunk is waited for it is the server's turn; while the caller works with it, nobody hurries. */
  async *#arrivals(): AsyncGenerator<Uint8Array, void, undefined> {
    if (!this.#body) return;
    try {
      this.#guard.arm();
      for await (const chunk of chunksOf(this.#body)) {
        this.#guard.disarm();
        yield chunk;
        this.#guard.arm();
      }
    } catch (error) {
      if (this.#guard.signal.aborted) throw this.#guard.signal.reason;
      throw new ConnectionError('The download broke off', { cause: error });
    }
  }
}

/** Takes over a response once its head is here. */
export const startDownload: Read<Download> = async (response, guard) => {
  guard.disarm();
  return new Download(response, guard);
};
