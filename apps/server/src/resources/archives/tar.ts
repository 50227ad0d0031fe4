import { made, type Piece } from '../../content/pieces.ts';
import { type ArchivedFile, contentOf } from './archived-file.ts';
import { BLOCK, padding, tarHeader, tarHeaderSize } from './tar-header.ts';

/**
 * Yields the pieces of a tar. Everything between two files is one piece, so that an interrupted archive ends within a
 * file, which every reader detects.
 */
export function* tarPieces(files: Iterable<ArchivedFile>, mtime: number): Generator<Piece> {
  let pad = 0;
  for (const file of files) {
    const before = pad;
    const sizeBytes = before + tarHeaderSize(file.path, file.sizeBytes);
    yield {
      sizeBytes,
      make: () => Buffer.concat([Buffer.alloc(before), tarHeader({ ...file, mtime })]),
    };
    yield contentOf(file);
    pad = padding(file.sizeBytes);
  }
  yield made(Buffer.alloc(pad + 2 * BLOCK));
}
