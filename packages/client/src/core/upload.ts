import type { Answer } from './api-promise.ts';
import { ChecksumError, ModelBoxError } from './errors.ts';
import type { UploadOptions } from './options.ts';
import { onlyForward } from './progress.ts';
import { sending } from './sending.ts';
import type { Source } from './source.ts';
import type { Request } from './try-request.ts';

/** Sends content in one request and compares the SHA-256 of the server with the known or locally computed one. */
export async function upload<T extends { sha256: string | null }>(
  source: Source,
  options: UploadOptions | undefined,
  target: string,
  send: (request: Request) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const known = options?.sha256;
  const onProgress = onlyForward(options?.onProgress);
  const sent = sending(source, { size: options?.sizeBytes, hashed: known === undefined, onProgress });
  const headers = {
    accept: 'application/json',
    'content-type': options?.contentType ?? 'application/octet-stream',
    'content-digest': known === undefined ? undefined : contentDigest(known),
  };
  const request = { method: 'PUT', target, headers, body: sent.body, once: !source.again, options };
  const answer = await send(request).finally(sent.letGo);
  const expected = known ?? sent.sha256();
  const actual = answer.data.sha256;
  if (expected !== undefined && actual !== null && actual !== expected) {
    throw new ChecksumError('The upload', expected, actual);
  }
  return answer;
}

/** RFC 9530: `sha-256=:<base64>:` for a SHA-256 in hex. */
function contentDigest(hex: string): string {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new ModelBoxError('A SHA-256 must be 64 lower-case hex digits');
  const bytes = hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `sha-256=:${btoa(bytes)}:`;
}
