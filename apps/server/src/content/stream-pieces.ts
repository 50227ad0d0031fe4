import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobRangeInvalid, type BlobReading } from '@modelbox/blobs';
import type { SelectedRange } from '../protocol/http/ranges.ts';
import { isUnreadable } from './copies/look.ts';
import type { Piece, StoredPiece } from './pieces.ts';

/** Opens a blob, or a range of it. */
export type OpenBlob = (key: string, range: SelectedRange | undefined) => Promise<BlobReading>;

/** What lies in the store is not what was stored. */
export class ContentDamaged extends Error {
  readonly key: string;
  constructor(key: string, what: string) {
    super(`stored content is damaged: ${what}`);
    this.name = 'ContentDamaged';
    this.key = key;
  }
}

/**
 * The pieces as one stream, one blob open at a time. The first bytes of the first blob are here when this resolves, so
 * that a failure until then still gets a status: for a small blob that is every failure. What goes wrong later breaks the
 * stream: it never ends as if it were whole.
 * @throws ContentDamaged, and whatever `open` and the blob's stream throw.
 */
export async function streamPieces(pieces: Iterable<Piece>, open: OpenBlob): Promise<Readable> {
  const rest = pieces[Symbol.iterator]();
  const before: Uint8Array[] = [];
  let next = rest.next();
  for (; !next.done && !isToRead(next.value); next = rest.next()) before.push(...bytesOf(next.value));
  if (next.done) return Readable.from(before, { objectMode: false });
  const first = next.value as StoredPiece;
  const opened = await openPiece(first, open);
  const content = verified(first, opened);
  const head = await content.next();
  if (!head.done) before.push(head.value);
  const stream = Readable.from(flow(before, content, rest, open), { objectMode: false });
  // Where nobody ever reads, nothing else would close it.
  stream.once('close', () => opened.destroy());
  return stream;
}

const isToRead = (piece: Piece): piece is StoredPiece => 'blob' in piece && piece.sizeBytes > 0;

/** Made bytes; of a stored piece that is empty there is nothing to read. */
const bytesOf = (piece: Piece): Uint8Array[] => {
  if (!('make' in piece)) return [];
  const bytes = piece.make();
  if (bytes.byteLength !== piece.sizeBytes)
    throw new Error(`a piece has ${bytes.byteLength} bytes, not the announced ${piece.sizeBytes}`);
  return bytes.byteLength === 0 ? [] : [bytes];
};

async function* flow(
  before: readonly Uint8Array[],
  first: AsyncIterable<Uint8Array>,
  rest: Iterator<Piece>,
  open: OpenBlob,
): AsyncGenerator<Uint8Array> {
  yield* before;
  yield* first;
  for (let next = rest.next(); !next.done; next = rest.next()) {
    if (isToRead(next.value)) yield* verified(next.value, await openPiece(next.value, open));
    else yield* bytesOf(next.value);
  }
}

async function openPiece({ blob, range }: StoredPiece, open: OpenBlob): Promise<Readable> {
  const { stream, sizeBytes } = await open(blob.key, range).catch((error: unknown) => {
    throw error instanceof BlobRangeInvalid ? wrongSize(blob, error.sizeBytes) : ifUnreadable(blob, error);
  });
  // Whoever reads it sees the failure; where its reader is gone, nobody needs to.
  stream.on('error', () => {});
  if (sizeBytes === blob.sizeBytes) return stream;
  stream.destroy();
  throw wrongSize(blob, sizeBytes);
}

const wrongSize = (blob: StoredPiece['blob'], sizeBytes: number): ContentDamaged =>
  new ContentDamaged(blob.key, `it has ${sizeBytes} bytes, not ${blob.sizeBytes}`);

const ifUnreadable = (blob: StoredPiece['blob'], error: unknown): unknown =>
  isUnreadable(error) ? new ContentDamaged(blob.key, 'the store cannot read it') : error;

/** Holds the last chunk back until all is known to be right. */
async function* verified(piece: StoredPiece, stream: Readable) {
  try {
    yield* compared(piece, stream);
  } catch (error) {
    throw ifUnreadable(piece.blob, error);
  }
}

async function* compared({ blob, sizeBytes, sha256, seen }: StoredPiece, stream: Readable) {
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  let left = sizeBytes;
  let held: Uint8Array | undefined;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    left -= chunk.byteLength;
    hash?.update(chunk);
    seen?.(chunk);
    if (held) yield held;
    held = chunk;
  }
  if (left !== 0) throw new ContentDamaged(blob.key, `its reading ended ${left} bytes early`);
  if (hash && hash.digest('hex') !== sha256) throw new ContentDamaged(blob.key, 'its SHA-256 differs');
  if (held) yield held;
}
