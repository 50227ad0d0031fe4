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
  /** Begins to read it. */
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
  if (source instanceof Blob) {
    return { again: true, open: async () => ({ size: source.size, chunks: chunksOf(source.stream()) }) };
  }
  if ('getReader' in source)
    return { again: false, open: async () => ({ size: undefined, chunks: chunksOf(source) }) };
  if (Symbol.asyncIterator in source) {
    return { again: false, open: async () => ({ size: undefined, chunks: encoded(source) }) };
  }
  throw new ModelBoxError(
    'Only a path, bytes, a Blob, a stream or an async iterable of chunks can be uploaded',
  );
}

const memorySource = (bytes: Uint8Array): Source => ({
  again: true,
  open: async () => ({ size: bytes.byteLength, chunks: slices(bytes) }),
});

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function* encoded(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}
