import type { SelectedRange } from '../protocol/http/ranges.ts';

/** Bytes that are generated only after all earlier pieces were read. */
export interface MadePiece {
  readonly sizeBytes: number;
  readonly make: () => Uint8Array;
}

export interface StoredPiece {
  readonly sizeBytes: number;
  readonly blob: { readonly key: string; readonly sizeBytes: number };
  /** Default: the whole blob. */
  readonly range?: SelectedRange;
  /** SHA-256 of a whole blob. It is compared before the last chunk is passed on. */
  readonly sha256?: string;
  /** Receives each chunk as it is read. */
  readonly seen?: (chunk: Uint8Array) => void;
}

export type Piece = MadePiece | StoredPiece;

export const made = (bytes: Uint8Array): MadePiece => ({ sizeBytes: bytes.byteLength, make: () => bytes });

export const sizeOf = (pieces: Iterable<Piece>): number => {
  let sum = 0;
  for (const { sizeBytes } of pieces) sum += sizeBytes;
  return sum;
};

/** Cuts a range out of the concatenated pieces. Cut pieces lose `seen`, so no piece may depend on skipped bytes. */
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
