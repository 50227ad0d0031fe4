import { BlobNotFound } from '@modelbox/blobs';
import { prepared } from '@modelbox/db';
import { parseFilePath } from '@modelbox/domain';
import type { File } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { contentDisposition } from '../http/content-disposition.ts';
import { HttpProblem, invalidField } from '../http/problem.ts';
import { answerContent, type ContentRequest } from '../http/ranges.ts';
import type { Answered } from '../http/verb.ts';
import type { Located } from '../objects/located.ts';

interface StoredRow {
  state: File['state'];
  uri: string | null;
  sha256: string | null;
  sizeBytes: number | null;
  mediaType: string | null;
  key: string | null;
  isCorrupt: boolean | null;
}

const find = prepared<[objectId: string, path: string], StoredRow>(
  'find_file',
  `SELECT f.state, f.uri, f.sha256, f.size_bytes AS "sizeBytes", f.media_type AS "mediaType", b.key,
     b.corrupt_at IS NOT NULL AS "isCorrupt"
   FROM files f LEFT JOIN blobs b ON b.id = f.blob_id WHERE f.object_id = $1 AND f.path = $2`,
);

/** Serves a stored file: whole, in part, or not at all where the reader has it (RFC 9110). */
export async function downloadFile(
  ctx: RequestContext,
  object: Located,
  rawPath: string,
  request: ContentRequest,
): Promise<Answered> {
  const path = parseFilePath(rawPath);
  if (!path.ok) throw invalidField('path', '/path', path.message);
  const [file] = await find(ctx.db.pool, object.id, path.path);
  if (file === undefined) throw new HttpProblem('not_found', `The ${object.kind} has no file ${path.path}.`);
  if (file.uri !== null)
    throw new HttpProblem('file_is_tracked', `The content lies at ${file.uri}.`, { uri: file.uri });
  if (file.state === 'verifying' || file.state === 'rejected') throw notVerified(file.state);
  if (file.key === null || file.sizeBytes === null) throw new Error('a stored file has no blob');
  if (file.isCorrupt) throw corrupt();
  const answer = answerContent(request, { etag: `"${file.sha256}"`, sizeBytes: file.sizeBytes });
  if (answer.status === 416) {
    throw new HttpProblem(
      'range_not_satisfiable',
      `The file has ${file.sizeBytes} bytes.`,
      {},
      { ...answer.headers },
    );
  }
  const headers = {
    ...answer.headers,
    'content-type': file.mediaType ?? 'application/octet-stream',
    'content-disposition': contentDisposition(path.path.slice(path.path.lastIndexOf('/') + 1)),
    // What users uploaded must never run as a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  };
  if (answer.status === 304 || request.method === 'HEAD') return { status: answer.status, headers };
  try {
    const { stream } = await ctx.blobs.read(file.key, {
      signal: ctx.signal,
      ...(answer.range ? { range: answer.range } : {}),
    });
    return { status: answer.status, headers, stream };
  } catch (error) {
    if (!(error instanceof BlobNotFound)) throw error;
    // Deleted and swept, or mended under another key, since the row was read; else it is lost.
    const [now] = await find(ctx.db.pool, object.id, path.path);
    if (now?.key !== file.key) return downloadFile(ctx, object, rawPath, request);
    ctx.log.error({ err: error, sha256: file.sha256 }, 'stored content is missing');
    throw corrupt();
  }
}

const notVerified = (state: 'verifying' | 'rejected'): HttpProblem =>
  new HttpProblem(
    'file_not_verified',
    state === 'verifying'
      ? 'The content is being read to compute its SHA-256; it can be downloaded when that is done.'
      : 'The content was not what had been announced; upload it again.',
  );

const corrupt = (): HttpProblem =>
  new HttpProblem('file_corrupt', 'The stored bytes are not what was uploaded; upload them again.');
