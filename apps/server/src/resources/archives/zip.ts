import { crc32 } from 'node:zlib';
import { made, type Piece } from '../../content/pieces.ts';
import { type ArchivedFile, contentOf } from './archived-file.ts';
import {
  centralHeader,
  centralHeaderSize,
  dataDescriptor,
  dataDescriptorSize,
  endRecords,
  localHeader,
  localHeaderSize,
  type SentEntry,
} from './zip-records.ts';

/**
 * Yields the pieces of an uncompressed zip. The pieces must be read once and in order, because each CRC-32 is computed
 * while the content passes. The sizes of the pieces are known from the start.
 */
export function* zipPieces(files: Iterable<ArchivedFile>, mtime: number): Generator<Piece> {
  const sent: (() => SentEntry)[] = [];
  let at = 0;
  const placed = <P extends Piece>(piece: P): P => {
    at += piece.sizeBytes;
    return piece;
  };
  for (const file of files) {
    const { sizeBytes } = file;
    const entry = { name: Buffer.from(file.path), sizeBytes, mtime, offset: at };
    let crc = 0;
    const seen = (chunk: Uint8Array) => {
      crc = crc32(chunk, crc);
    };
    yield placed({ sizeBytes: localHeaderSize(entry), make: () => localHeader(entry) });
    yield placed({ ...contentOf(file), seen });
    yield placed({ sizeBytes: dataDescriptorSize(sizeBytes), make: () => dataDescriptor(sizeBytes, crc) });
    sent.push(() => ({ ...entry, crc }));
  }
  const offset = at;
  for (const entry of sent)
    yield placed({ sizeBytes: centralHeaderSize(entry()), make: () => centralHeader(entry()) });
  yield made(endRecords(sent.length, { offset, sizeBytes: at - offset }));
}
