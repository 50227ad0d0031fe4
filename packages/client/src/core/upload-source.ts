import { chunksOf } from './bytes.ts';
import { ModelBoxError } from './errors.ts';
import { fileSource } from './file-source.ts';

/**
 * What can be uploaded: on Node a file, by its path or `file:` URL; bytes in memory; a `Blob` (a browser's `File` is
 * one); a web stream; a Node stream or any other async iterable of chunks.
 */
export type UploadSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>;

/** A source in the one form that uploads read. */
export interface Source {
  /** It can be read again from the start, so that a failed upload can be tried again. */
  readonly again: boolean;
  /** Begins anew. Nothing is held until the first chunk is asked for. */
  open(): Promise<Opened>;
}

export interface Opened {
  /** In bytes; undefined where it is not known beforehand. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Bytes that are handed on at once, so that progress is told in steps. */
const CHUNK = 256 * 1024;

/** Throws `ModelBoxError` for what cannot be uploaded. */
export function readSource(source: UploadSource): Source {
  if (typeof source === 'string' || source instanceof URL) return fileSource(source, CHUNK);
  if (source instanceof ArrayBuffer) return memorySource(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return memorySource(source);
  if (source instanceof Blob) return blobSource(source);
  if (typeof source === 'object' && source !== null) {
    if ('getReader' in source) return onceSource(chunksOf(source));
    if (Symbol.asyncIterator in source) return onceSource(encoded(source));
  }
  throw new ModelBoxError(
    'Only a path, bytes, a Blob, a stream or an async iterable of chunks can be uploaded',
  );
}

const memorySource = (bytes: Uint8Array): Source => ({
  again: true,
  open: async () => ({ size: bytes.byteLength, chunks: slices(bytes) }),
});

const blobSource = (blob: Blob): Source => ({
  again: true,
  open: async () => ({ size: blob.size, chunks: parts(blob) }),
});

const onceSource = (chunks: AsyncIterable<Uint8Array>): Source => ({
  again: false,
  open: async () => ({ size: undefined, chunks }),
});

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function* parts(blob: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < blob.size; at += CHUNK) {
    yield new Uint8Array(await blob.slice(at, at + CHUNK).arrayBuffer());
  }
}

async function* encoded(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}
