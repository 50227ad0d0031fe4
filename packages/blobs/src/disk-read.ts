import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { ifThere, onDisk } from './disk-errors.ts';
import { partsIn, type StoredPart, sizeOf } from './disk-parts.ts';
import { type FilePiece, readPieces } from './disk-pieces.ts';
import type { DiskReader } from './disk-readers.ts';
import { type DiskWork, missing } from './disk-work.ts';
import { BlobNotFound, BlobRangeInvalid } from './errors.ts';
import type { BlobReading, ByteRange, ReadOptions } from './store.ts';

/** Without O_NONBLOCK, a pipe in the place of a blob would block a thread of the pool forever. */
const forReading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export async function readFromDisk(work: DiskWork, key: string, options: ReadOptions): Promise<BlobReading> {
  const { layout } = work;
  const { range, signal } = options;
  signal?.throwIfAborted();
  const file = (await ifThere(open(layout.pathOf(key), forReading))) ?? (await missing(layout, key));
  try {
    const stat = await onDisk(file.stat());
    if (!stat.isDirectory()) {
      if (!stat.isFile()) throw new BlobNotFound(key, 'it is not a file');
      const sizeBytes = stat.size;
      if (range) assertWithin(range, sizeBytes);
      const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
      const stream = await readPieces({
        pieces: [{ name: key, start, end: end + 1 }],
        open: async () => file,
        cutShort: () => new BlobNotFound(key, 'it is truncated'),
        onClose: () => {},
      });
      if (signal) addAbortSignal(signal, stream);
      return { stream, sizeBytes };
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return readDirectory(work, key, options);
}

async function readDirectory(work: DiskWork, key: string, options: ReadOptions): Promise<BlobReading> {
  const { layout, readers } = work;
  const { range, signal } = options;
  const reader = readers.enter(key);
  try {
    const parts = (await partsIn(layout.pathOf(key))) ?? (await missing(layout, key));
    const sizeBytes = sizeOf(parts);
    if (range) assertWithin(range, sizeBytes);
    const stream = await readPieces({
      pieces: piecesOf(parts, range ?? { start: 0, end: sizeBytes - 1 }),
      open: ({ name }) => openPart(work, key, reader, name),
      cutShort: ({ name }) => new BlobNotFound(key, `its part ${name} is truncated`),
      onClose: () => reader.leave(),
    });
    if (signal) addAbortSignal(signal, stream);
    return { stream, sizeBytes };
  } catch (error) {
    reader.leave();
    throw error;
  }
}

async function openPart(
  { layout }: DiskWork,
  key: string,
  { movedTo }: DiskReader,
  name: string,
): Promise<FileHandle> {
  // Tries the original place first. If the blob has been moved, its new place was recorded before.
  let file = await ifThere(open(join(layout.pathOf(key), name), forReading));
  for (const place of movedTo) file ??= await ifThere(open(join(place, name), forReading));
  return file ?? missing(layout, key);
}

function piecesOf(parts: readonly StoredPart[], { start, end }: ByteRange): FilePiece[] {
  const pieces: FilePiece[] = [];
  let at = 0;
  for (const { name, sizeBytes } of parts) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end + 1 - at, sizeBytes);
    if (from < to) pieces.push({ name, start: from, end: to });
    at += sizeBytes;
  }
  return pieces;
}

function assertWithin({ start, end }: ByteRange, sizeBytes: number): void {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || end < start || end >= sizeBytes)
    throw new BlobRangeInvalid(start, end, sizeBytes);
}
