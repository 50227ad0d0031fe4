import { randomUUID } from 'node:crypto';
import { BlobNotFound } from '@modelbox/blobs';
import type { RequestContext } from '../protocol/context.ts';
import { answerContent, type ContentAnswer, type ContentRequest } from '../protocol/http/answer-content.ts';
import { byteranges } from '../protocol/http/byteranges.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Answered } from '../protocol/verb.ts';
import { suspectCopy } from './copies/copy-state.ts';
import { cut, made, type Piece } from './pieces.ts';
import { ContentDamaged, streamPieces } from './stream-pieces.ts';

/** Content that a request may download, whole or in ranges. */
export interface Content {
  /** A strong ETag, in quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly type: string;
  /** `Content-Disposition`. Browsers must save content and never show it. */
  readonly disposition: string;
  /** Headers of every answer with content, whole or partial. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly hasRanges?: boolean;
  /** Returns a signed URL of the store. It is a secret, so no log and no cache may contain it. */
  readonly location?: (() => Promise<string>) | undefined;
  readonly pieces: () => Iterable<Piece>;
}

/**
 * Answers a request for content by RFC 9110. Does not read the content for HEAD, for 304, or for a redirect to the
 * store.
 * @throws {HttpProblem} 412 and 416, and errors of the store if the content cannot be read.
 */
export async function sendContent(
  ctx: RequestContext,
  request: ContentRequest,
  content: Content,
): Promise<Answered> {
  const answer = answerContent(request, content);
  refuse(answer, request, content);
  const { status } = answer;
  if (status === 304) return { status, headers: answer.headers };
  if (content.location && request.method === 'GET')
    return { status: 307, headers: { location: await content.location(), 'cache-control': 'no-store' } };
  const { headers, pieces } = bodyOf(answer, content);
  if (request.method === 'HEAD') return { status, headers };
  const stream = await streamPieces(pieces(), (key, range) =>
    ctx.blobs.read(key, { signal: ctx.signal, ...(range ? { range } : {}) }),
  );
  stream.once('error', (error) => {
    // Other failures mean that the store or the client is gone. The log already has them.
    if (!(error instanceof ContentDamaged || error instanceof BlobNotFound)) return;
    ctx.log.error({ err: error }, 'stored content is damaged or missing; an answer was aborted');
    suspectCopy(ctx, error.key).catch((failure: unknown) =>
      ctx.log.error({ err: failure }, 'could not mark stored content for another reading'),
    );
  });
  return { status, headers, stream };
}

function refuse({ status, headers }: ContentAnswer, request: ContentRequest, content: Content): void {
  if (status === 412) {
    const said = request.headers['if-match'];
    throw new HttpProblem(
      'stale',
      `The content now has the ETag ${content.etag}, which If-Match ${said} does not match. Read the file again.`,
      {},
      { ...headers },
    );
  }
  if (status === 416) {
    const detail = `The range lies outside the content, which has ${content.sizeBytes} bytes.`;
    throw new HttpProblem('range_not_satisfiable', detail, {}, { ...headers });
  }
}

function bodyOf(
  answer: ContentAnswer,
  content: Content,
): { headers: Record<string, string>; pieces: () => Iterable<Piece> } {
  const headers = {
    ...answer.headers,
    ...content.headers,
    'content-type': content.type,
    'content-disposition': content.disposition,
    // Uploaded content must never run as a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  };
  const [range, ...more] = answer.ranges ?? [];
  if (range === undefined) return { headers, pieces: content.pieces };
  if (more.length === 0) return { headers, pieces: () => cut(content.pieces(), range) };
  const framed = byteranges([range, ...more], content, randomUUID());
  return { headers: { ...headers, ...framed.headers }, pieces: () => framedPieces(framed, content) };
}

function* framedPieces({ parts, tail }: ReturnType<typeof byteranges>, content: Content): Generator<Piece> {
  // Listed once, because listing the pieces of a large archive is slow.
  const all = [...content.pieces()];
  for (const { head, range } of parts) {
    yield made(head);
    yield* cut(all, range);
  }
  yield made(tail);
}
