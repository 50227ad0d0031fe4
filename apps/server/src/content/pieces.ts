import type { SelectedRange } from '../protocol/http/ranges.ts';

/** Bytes that are made when it is their turn, after all that comes before them was read. */
export interface MadePiece {
  readonly sizeBytes: number;
  readonly make: () => Uint8Array;
}

/** Stored content, or a part of it. */
export interface StoredPiece {
  readonly sizeBytes: number;
  readonly blob: { readonly key: string; readonly sizeBytes: number };
  /** Default: the whole blob. */
  readonly range?: SelectedRange;
  /** Of a whole blob: what is read is compared with it before the last of it is passed on. */
  readonly sha256?: string;
  /** Shown each chunk as it is read. */
  readonly seen?: (chunk: Uint8Array) => void;
}

/** What is sent, in order, without having been put together before. */
export type Piece = MadePiece | StoredPiece;

export const made = (bytes: Uint8Array): MadePiece => ({ sizeBytes: bytes.byteLength, make: () => bytes });

export const sizeOf = (pieces: Iterable<Piece>): number => {
  let sum = 0;
  for (const { sizeBytes } of pieces) sum += sizeBytes;
  return sum;
};

/** A range of what the pieces are together. Nothing may depend on what comes before the range: `seen` is not told. */
export function* cut(pieces: Iterable<Piece>, { start, end }: SelectedRange): Generator<Piece> {
  let at = 0;
  for (const piece of pieces) {
    if (at > end) return;
    const first = Math.max(0, start - at);
    const last = Math.min(piece.sizeBytes - 1, end - at);
    at += piece.sizeBytes;
    if (first > last) continue;
    if (first === 0 && last === piece.sizeBytes - 1) yield piece;
    else yield part(piece, first, last);
  }
}

function part(piece: Piece, first: number, last: number): Piece {
  const sizeBytes = last - first + 1;
  if ('make' in piece) return { sizeBytes, make: () => piece.make().subarray(first, last + 1) };
  const offset = piece.range?.start ?? 0;
  return { sizeBytes, blob: piece.blob, range: { start: offset + first, end: offset + last } };
}
