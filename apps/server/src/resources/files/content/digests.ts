import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type Claim, checker, claimsIn, demandNoTrailers } from '../../../protocol/http/digests.ts';

/** The size and digests that the client claims. The blob store checks the first two. */
export interface ExpectedContent {
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly others: readonly Claim[];
}

/** Reads `Content-Length` and digests from the headers. Throws 422 if a digest is malformed or unsupported. */
export function expectedContent(headers: Readonly<Record<string, string | undefined>>): ExpectedContent {
  const claims = claimsIn(headers);
  const length = headers['content-length'];
  const sha256 = claims.find(({ algorithm }) => algorithm === 'sha-256')?.hex;
  return {
    ...(length === undefined ? {} : { sizeBytes: Number(length) }),
    ...(sha256 === undefined ? {} : { sha256 }),
    others: claims.filter(({ algorithm }) => algorithm !== 'sha-256'),
  };
}

/**
 * Wraps the content for the store, and checks digests other than SHA-256. Rejects the trailers of a chunked body. A
 * store keeps nothing if the source fails at its end.
 */
export function checkedContent(content: Readable, { others, sizeBytes }: ExpectedContent) {
  return others.length === 0 && sizeBytes !== undefined ? content : checkedChunks(content, others);
}

async function* checkedChunks(content: Readable, claims: readonly Claim[]): AsyncGenerator<Uint8Array> {
  const check = checker(claims);
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    check.update(chunk);
    yield chunk;
  }
  demandNoTrailers(content as IncomingMessage);
  check.finish();
}
