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
 * A download whose head is here and whose content is on its way. Read it once, in one of the ways given, or `cancel` it.
 * Where the connection breaks off, it goes on from there. A whole file is verified as it is read: `ChecksumError` where
 * its SHA-256 is not the server's.
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

  /** The content as a stream, which fails at its end if the content is not what it should be. */
  stream(options?: ReadOptions): ReadableStream<Uint8Array> {
    return streamOf(this.#chunks(options));
  }

  /** All the content in memory. */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    return concat(this.#chunks(options));
  }

  /**
   * Writes the content to a file (on Node): under another name beside `path` first, so that `path` is never half. A
   * symbolic link is followed. A pipe that somebody reads, a character device and `/dev/stdout` get the bytes as they
   * come, before they are verified. For a folder, a socket and a pipe without a reader it throws `ModelBoxError`.
   *
   * A large whole file comes in parts, several at a time. What a call has gathered of it when it fails or is killed
   * stays beside `path`, and the same call again goes on from there; not two such calls at the same time.
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
      throw new ModelBoxError('The file changed while it was downloaded');
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

  /** Lets go of the content, which nobody may have begun to read, before it fails. */
  async #giveUp(error: unknown): Promise<never> {
    await this.cancel();
    throw error;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return this.#chunks();
  }

  /** Lets go of what has not been read. */
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
