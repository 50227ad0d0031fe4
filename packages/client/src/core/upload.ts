import type { Answer } from './api-promise.ts';
import { concat, streamOf } from './bytes.ts';
import { ChecksumError, ModelBoxError } from './errors.ts';
import type { Guard } from './guard.ts';
import { onNode } from './node.ts';
import type { UploadOptions } from './options.ts';
import { sha256 } from './sha256.ts';
import type { Body, Request } from './try-request.ts';
import { type Opened, readSource, type UploadSource } from './upload-source.ts';

/** Sends a file's content, hashed on the way, and compares the hash with the one that the server found. */
export async function upload<T extends { sha256: string | null }>(
  from: UploadSource,
  options: UploadOptions | undefined,
  target: string,
  send: (request: Request) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const source = readSource(from);
  let sent: Sent | undefined;
  // What carries the request does not always read a body to its end, or cancel it, when the try is over.
  const letGo = () => void sent?.chunks.return().catch(() => {});
  const body = async (guard: Guard): Promise<Body> => {
    letGo();
    const opened = await source.open();
    const size = options?.sizeBytes ?? opened.size;
    sent = measured({ ...opened, size }, options, guard);
    // Browsers cannot stream a request to every server: there the content is gathered first.
    return { size, content: onNode() ? streamOf(sent.chunks) : await concat(sent.chunks) };
  };
  const headers = {
    accept: 'application/json',
    'content-type': options?.contentType ?? 'application/octet-stream',
    'content-digest': options?.sha256 === undefined ? undefined : contentDigest(options.sha256),
  };
  const request = { method: 'PUT', target, headers, body, once: !source.again, options };
  const answer = await send(request).finally(letGo);
  const expected = sent?.sha256();
  const actual = answer.data.sha256;
  if (expected !== undefined && actual !== null && actual !== expected) {
    throw new ChecksumError('The upload', expected, actual);
  }
  return answer;
}

interface Sent {
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  /** Of all that was sent; undefined until all is. */
  sha256(): string | undefined;
}

/** The chunks, counted and hashed as they pass. While one is on its way it is the server's turn. */
function measured({ size, chunks }: Opened, options: UploadOptions | undefined, guard: Guard): Sent {
  const hash = sha256();
  let result: string | undefined;
  async function* pass(): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    try {
      guard.disarm();
      for await (const chunk of chunks) {
        guard.signal.throwIfAborted();
        if (chunk.byteLength === 0) continue;
        bytes += chunk.byteLength;
        if (size !== undefined && bytes > size) throw wrongSize(size);
        hash.update(chunk);
        // Known from here on: the server may answer before the end of the source is looked for.
        if (bytes === size) result = hash.hex();
        options?.onProgress?.(bytes, size);
        guard.arm();
        yield chunk;
        guard.disarm();
      }
      if (size !== undefined && bytes < size) throw wrongSize(size);
      result ??= hash.hex();
      guard.arm();
    } catch (error) {
      // The failure of the source itself, which fetch would report as one of the connection.
      guard.fail(error);
      throw error;
    }
  }
  return { chunks: pass(), sha256: () => result };
}

const wrongSize = (size: number) =>
  new ModelBoxError(
    `The content is not the ${size} bytes that were announced; did it change while it was sent?`,
  );

/** RFC 9530: `sha-256=:<base64>:` for a SHA-256 in hex. */
function contentDigest(hex: string): string {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new ModelBoxError('A SHA-256 is 64 lower-case hex digits');
  const bytes = hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `sha-256=:${btoa(bytes)}:`;
}
