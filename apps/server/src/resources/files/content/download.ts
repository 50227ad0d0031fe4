import { BlobNotFound } from '@modelbox/blobs';
import { prepared } from '@modelbox/db';
import { parseFilePath } from '@modelbox/domain';
import type { File } from '@modelbox/schema';
import { judgeFailure } from '../../../content/copies/judge.ts';
import { type Content, sendContent } from '../../../content/send-content.ts';
import { ContentDamaged } from '../../../content/stream-pieces.ts';
import type { RequestContext } from '../../../protocol/context.ts';
import type { ContentRequest } from '../../../protocol/http/answer-content.ts';
import { contentDisposition } from '../../../protocol/http/content-disposition.ts';
import type { Located } from '../../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../../protocol/problem.ts';
import type { Answered } from '../../../protocol/verb.ts';

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

interface Wanted {
  /** The path from the request, not normalized. */
  readonly path: string;
  readonly redirect?: boolean | undefined;
}

/** Serves a stored file, with ranges and conditions by RFC 9110. */
export async function downloadFile(
  ctx: RequestContext,
  object: Located,
  wanted: Wanted,
  request: ContentRequest,
  isAgain = false,
): Promise<Answered> {
  const path = parseFilePath(wanted.path);
  if (!path.ok) throw invalidField('path', '/path', path.message);
  const [file] = await find(ctx.db.requests, object.id, path.path);
  if (file === undefined) throw new HttpProblem('not_found', `The ${object.kind} has no file ${path.path}.`);
  const stored = storedFile(file);
  const { key, sizeBytes, sha256 } = stored;
  const content = contentOf(path.path, stored);
  const location = wanted.redirect ? locationOf(ctx, { key, sizeBytes }, content) : undefined;
  try {
    return await sendContent(ctx, request, { ...content, location });
  } catch (error) {
    if (!(error instanceof BlobNotFound || error instanceof ContentDamaged)) throw error;
    // The content may have been deleted and swept, or repaired under another key, since the row was read.
    const [now] = await find(ctx.db.requests, object.id, path.path);
    if (now?.key !== key) return downloadFile(ctx, object, wanted, request);
    if (await judgeFailure(ctx, { key, sizeBytes, sha256 }, isAgain)) throw corrupt();
    return downloadFile(ctx, object, wanted, request, true);
  }
}

/** @throws HttpProblem if the server has no sound content of the file */
function storedFile({ state, uri, isCorrupt, key, sizeBytes, sha256, mediaType }: StoredRow): StoredFile {
  if (uri !== null)
    throw new HttpProblem('file_is_tracked', `The file is tracked: its content is at ${uri}, not here.`, {
      uri,
    });
  if (state === 'verifying' || state === 'rejected') throw notVerified(state);
  if (key === null || sizeBytes === null || sha256 === null) throw new Error('a stored file has no blob');
  if (isCorrupt) throw corrupt();
  return { key, sizeBytes, sha256, mediaType };
}

const notVerified = (state: 'verifying' | 'rejected'): HttpProblem =>
  new HttpProblem(
    'file_not_verified',
    state === 'verifying'
      ? 'The server is still reading the content to compute its SHA-256. Try again when the state of the file is ' +
          '"verified".'
      : 'The content was rejected during its verification. Upload the file again.',
  );

interface StoredFile {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly mediaType: string | null;
}

const contentOf = (path: string, { key, sizeBytes, sha256, mediaType }: StoredFile): Content => ({
  etag: `"${sha256}"`,
  sizeBytes,
  type: mediaType ?? 'application/octet-stream',
  disposition: contentDisposition(path.slice(path.lastIndexOf('/') + 1)),
  // The digest of the whole file, even if a range is sent (RFC 9530).
  headers: { 'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:` },
  pieces: () => [{ sizeBytes, blob: { key, sizeBytes }, sha256 }],
});

/** Undefined if the store cannot sign URLs. Browsers save the content there too, and never show it. */
function locationOf(
  { blobs, settings }: RequestContext,
  blob: { key: string; sizeBytes: number },
  { type, disposition }: Content,
): Content['location'] {
  const { signRead } = blobs;
  if (signRead === undefined) return undefined;
  return async () => {
    // Signing does not check the blob, so check it here. Otherwise the client would find the damage.
    const { sizeBytes } = await blobs.stat(blob.key);
    if (sizeBytes !== blob.sizeBytes)
      throw new ContentDamaged(blob.key, `it has ${sizeBytes} bytes, not ${blob.sizeBytes}`);
    const expiresIn = Math.floor(settings.signedUrlExpiry / 1000);
    return signRead(blob.key, { expiresIn, contentType: type, contentDisposition: disposition });
  };
}

const corrupt = (): HttpProblem =>
  new HttpProblem(
    'file_corrupt',
    'The stored content is damaged. Upload the same bytes again to any object: this repairs every file with this ' +
      'content.',
  );
