import { chunksOf } from './bytes.ts';
import { ModelBoxError } from './errors.ts';
import { fileSource } from './file-source.ts';
import type { Source } from './source.ts';

/**
 * A source of content: the path or `file:` URL of a file (on Node), bytes in memory, a `Blob` (such as a `File` of a
 * browser), a web stream, a Node stream, or any other async iterable of chunks.
 */
export type UploadSource =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>;

/** The chunk size in bytes, which is also the step of progress reports. */
const CHUNK = 256 * 1024;

/** Throws `ModelBoxError` if the source cannot be uploaded. */
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

const memorySource = (bytes: Uint8Array): Source =>
  heldSource(bytes.byteLength, async (start, end) => bytes.subarray(start, end));

const blobSource = (blob: Blob): Source =>
  heldSource(blob.size, async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()));

/** Content that is in memory as a whole and never changes. */
function heldSource(size: number, slice: (start: number, end: number) => Promise<Uint8Array>): Source {
  async function* read(offset: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    const end = offset + length;
    for (let at = offset; at < end; at += CHUNK) yield await slice(at, Math.min(end, at + CHUNK));
  }
  return {
    again: true,
    open: async () => ({ size, chunks: read(0, size) }),
    parts: { size: async () => size, read, fingerprint: async () => undefined },
  };
}

const onceSource = (chunks: AsyncIterable<Uint8Array>): Source => ({
  again: false,
  open: async () => ({ size: undefined, chunks }),
});

async function* encoded(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}
