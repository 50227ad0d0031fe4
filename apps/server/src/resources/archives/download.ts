import { createHash } from 'node:crypto';
import { BlobNotFound } from '@modelbox/blobs';
import type { ArchivedKind, ArchiveFormat } from '@modelbox/schema';
import { judgeFailure } from '../../content/copies/judge.ts';
import { type Piece, sizeOf } from '../../content/pieces.ts';
import { type Content, sendContent } from '../../content/send-content.ts';
import { ContentDamaged } from '../../content/stream-pieces.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { ContentRequest } from '../../protocol/http/answer-content.ts';
import { contentDisposition } from '../../protocol/http/content-disposition.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Answered } from '../../protocol/verb.ts';
import type { ArchivedFile } from './archived-file.ts';
import { type FoundFile, findFiles, findSource, type Source } from './find.ts';
import { tarPieces } from './tar.ts';
import { zipPieces } from './zip.ts';

/**
 * Increment it whenever the same files would give other bytes: a resumed download must not mix two forms.
 */
const FORM = 1;

interface Format {
  readonly type: string;
  readonly hasRanges: boolean;
  readonly pieces: (files: Iterable<ArchivedFile>, mtime: number) => Iterable<Piece>;
}

const FORMATS: Record<ArchiveFormat, Format> = {
  tar: { type: 'application/x-tar', hasRanges: true, pieces: tarPieces },
  zip: { type: 'application/zip', hasRanges: false, pieces: zipPieces },
};

interface Wanted {
  readonly format?: ArchiveFormat | undefined;
  readonly tracked?: 'refuse' | 'skip' | undefined;
}

/** Streams all stored files of a version or checkpoint as one archive. */
export async function downloadArchive(
  ctx: RequestContext,
  kind: ArchivedKind,
  object: Located,
  wanted: Wanted,
  request: ContentRequest,
  isAgain = false,
): Promise<Answered> {
  const source = await findSource(ctx, kind, object.id);
  if (source === undefined) throw new HttpProblem('not_found', `The ${kind} no longer exists.`);
  if (source.status !== 'ready')
    throw new HttpProblem('not_ready', `The ${kind} is pending; finalize it first.`, { id: object.id });
  const found = await findFiles(ctx, object.id);
  const files = found
    .filter((file) => file.uri === null || wanted.tracked !== 'skip')
    .map((file) => demandStored(file));
  try {
    return await sendContent(ctx, request, contentOf(source, wanted.format ?? 'tar', files));
  } catch (error) {
    if (!(error instanceof BlobNotFound || error instanceof ContentDamaged)) throw error;
    // The content may have been repaired under another key, or deleted and swept, since the rows were read.
    const file = files.find(({ key }) => key === error.key);
    const now = (await findFiles(ctx, object.id)).find(({ path }) => path === file?.path);
    if (file === undefined || now?.key !== error.key)
      return downloadArchive(ctx, kind, object, wanted, request);
    if (await judgeFailure(ctx, file, isAgain)) throw corrupt(file.path);
    return downloadArchive(ctx, kind, object, wanted, request, true);
  }
}

function demandStored({ path, uri, key, sizeBytes, sha256, isCorrupt }: FoundFile): ArchivedFile {
  if (uri !== null) {
    const detail =
      `The file ${path} is tracked: its content is at ${uri}, not here. ` +
      'Use tracked=skip to leave out such files.';
    throw new HttpProblem('file_is_tracked', detail, { uri });
  }
  if (key === null || sizeBytes === null || sha256 === null) throw new Error('a stored file has no blob');
  if (isCorrupt) throw corrupt(path);
  return { path, key, sizeBytes, sha256 };
}

const corrupt = (path: string): HttpProblem =>
  new HttpProblem(
    'file_corrupt',
    `The stored content of ${path} is damaged. Upload the same bytes again to any object: this repairs every file ` +
      'with this content.',
  );

function contentOf(source: Source, format: ArchiveFormat, files: readonly ArchivedFile[]): Content {
  const { type, hasRanges, pieces } = FORMATS[format];
  const mtime = Math.max(0, Math.floor(source.readyAt.getTime() / 1000));
  return {
    etag: etagOf(format, mtime, files),
    sizeBytes: sizeOf(pieces(files, mtime)),
    type,
    disposition: contentDisposition(`${source.name}.${format}`),
    hasRanges,
    pieces: () => pieces(files, mtime),
  };
}

/** Returns a strong ETag of everything that determines the bytes. It must not look like a SHA-256 of the content. */
function etagOf(format: ArchiveFormat, mtime: number, files: readonly ArchivedFile[]): string {
  const hash = createHash('sha256').update(`${FORM} ${mtime}`);
  for (const { path, sizeBytes, sha256 } of files) hash.update(`\n${sizeBytes} ${sha256} ${path}`);
  return `"${format}-${hash.digest('hex')}"`;
}
