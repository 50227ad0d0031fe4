import type { StoredPiece } from '../../content/pieces.ts';

/** A file as it goes into an archive. */
export interface ArchivedFile {
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The content of a file. An archive carries no checksum that its reader could know, so it is verified here. */
export const contentOf = ({ key, sizeBytes, sha256 }: ArchivedFile): StoredPiece => ({
  sizeBytes,
  blob: { key, sizeBytes },
  sha256,
});
