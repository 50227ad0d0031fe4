import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { BufferPool } from './buffers.ts';
import { onDisk, toWrite } from './disk-errors.ts';
import { syncDirectory } from './disk-layout.ts';
import { moveInto } from './disk-move.ts';
import type { DiskWork } from './disk-work.ts';
import { BlobMismatch, BlobTooLarge } from './errors.ts';
import { createHashingWriter } from './hashing-writer.ts';
import { newKey } from './key.ts';
import { type BlobSource, consume } from './source.ts';
import type { WriteOptions, WrittenBlob } from './store.ts';

/** Temporary file, fsync, rename, fsync of the directory: no key ever shows incomplete content. */
export async function writeToDisk(
  { layout, buffers, underWay }: DiskWork,
  source: BlobSource,
  options: WriteOptions,
): Promise<WrittenBlob> {
  const key = newKey();
  let path = layout.temporaryPathOf(key);
  let complete = false;
  underWay.add(key);
  try {
    const file = await toWrite(open(path, 'wx', 0o600));
    const content = await fill(file, buffers, source, options);
    options.signal?.throwIfAborted();
    await onDisk(moveInto(layout, key, path));
    path = layout.pathOf(key);
    await onDisk(syncDirectory(layout.directoryOf(key)));
    complete = true;
    return { key, ...content };
  } finally {
    // If this fails too, the sweep finds the file, as temporary or as an unreferenced blob.
    if (!complete) await unlink(path).catch(() => {});
    underWay.delete(key);
  }
}

/** Takes over the file and always closes it. The written content is verified and durable. */
export async function fill(
  file: FileHandle,
  buffers: BufferPool,
  source: BlobSource,
  { expect = {}, limitBytes = Number.POSITIVE_INFINITY, signal }: WriteOptions,
): Promise<Omit<WrittenBlob, 'key'>> {
  const expectedBytes = expect.sizeBytes ?? Number.POSITIVE_INFINITY;
  const writer = createHashingWriter(file, buffers);
  let sizeBytes = 0;
  try {
    await consume(source, signal, (chunk) => {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes) throw new BlobTooLarge(limitBytes);
      if (sizeBytes > expectedBytes) throw new BlobMismatch('sizeBytes', expectedBytes, sizeBytes);
      return writer.add(chunk);
    });
    if (expect.sizeBytes !== undefined && sizeBytes !== expect.sizeBytes) {
      throw new BlobMismatch('sizeBytes', expect.sizeBytes, sizeBytes);
    }
    const sha256 = await writer.finish();
    if (expect.sha256 !== undefined && sha256 !== expect.sha256) {
      throw new BlobMismatch('sha256', expect.sha256, sha256);
    }
    await onDisk(file.sync());
    return { sizeBytes, sha256 };
  } finally {
    await writer.release();
    await onDisk(file.close());
  }
}
