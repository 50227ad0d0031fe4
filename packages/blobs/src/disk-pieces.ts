import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { chunkChannel } from './chunk-channel.ts';
import { onDisk } from './disk-errors.ts';

/** The read size in bytes. It needs fewer trips to the thread pool than the default of 64 KiB. */
const readBytes = 256 * 1024;

/** A range of a file: from `start`, `end` excluded. */
export interface FilePiece {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface PieceReading {
  readonly pieces: readonly FilePiece[];
  readonly open: (piece: FilePiece) => Promise<FileHandle>;
  /** The error of the stream if a file is too short. */
  readonly cutShort: (piece: FilePiece) => Error;
  /** Called once, when reading has ended. */
  readonly onClose: () => void;
}

/**
 * Creates one stream over pieces of files and opens one file at a time. The first file is open when the promise
 * resolves.
 */
export async function readPieces({ pieces, open, cutShort, onClose }: PieceReading): Promise<Readable> {
  let index = 0;
  let at = pieces[0]?.start ?? 0;
  let file = pieces[0] && (await open(pieces[0]));
  let reading: Promise<void> = Promise.resolve();

  async function next(): Promise<Buffer | null> {
    for (let piece = pieces[index]; piece; piece = pieces[index]) {
      if (at < piece.end) {
        file ??= await open(piece);
        const size = Math.min(readBytes, piece.end - at);
        const { bytesRead, buffer } = await onDisk(file.read(Buffer.allocUnsafeSlow(size), 0, size, at));
        if (bytesRead === 0) throw cutShort(piece);
        at += bytesRead;
        chunkChannel.publish(bytesRead);
        return buffer.subarray(0, bytesRead);
      }
      const done = file;
      file = undefined;
      await done?.close();
      index += 1;
      at = pieces[index]?.start ?? 0;
    }
    return null;
  }

  return new Readable({
    highWaterMark: readBytes,
    read() {
      reading = next().then(
        (chunk) => void this.push(chunk),
        (error: Error) => void this.destroy(error),
      );
    },
    destroy(error, done) {
      // A file must stay open while it is read.
      void reading
        .then(() => file?.close())
        .catch(() => {})
        .then(() => {
          onClose();
          done(error);
        });
    },
  });
}
