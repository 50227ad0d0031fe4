import type { StoredPiece } from '../../content/pieces.ts';

export interface ArchivedFile {
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Returns the content of a file as a piece. The server verifies its SHA-256, because an archive has no such checksum.
 */
export const contentOf = ({ key, sizeBytes, sha256 }: ArchivedFile): StoredPiece => ({
  sizeBytes,
  blob: { key, sizeBytes },
  sha256,
});
