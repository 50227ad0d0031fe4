import { constants } from 'node:fs';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createBufferPool } from './buffers.ts';
import { checkDisk } from './disk-check.ts';
import { ifThere, onDisk } from './disk-errors.ts';
import { type DiskLayout, openLayout } from './disk-layout.ts';
import { listDisk, statFile } from './disk-list.ts';
import { writeToDisk } from './disk-write.ts';
import { BlobNotFound, BlobRangeInvalid } from './errors.ts';
import type { BlobReading, BlobStore, ReadOptions } from './store.ts';

/** Read in pieces of this size: fewer trips to the thread pool than the default of 64 KiB. */
const readBytes = 256 * 1024;

const forReading = constants.O_RDONLY | constants.O_NOFOLLOW;

/**
 * A store in a directory of the local disk, made if missing. Nothing else may write below the root; several
 * servers on one shared filesystem may.
 * @throws BlobStoreUnavailable when the directory cannot be made or used.
 */
export async function openDiskStore({ root }: { readonly root: string }): Promise<BlobStore> {
  const layout = await onDisk(openLayout(resolve(root)));
  const writing = { layout, buffers: createBufferPool(), underWay: new Set<string>() };
  return {
    write: (source, options = {}) => writeToDisk(writing, source, options),
    read: (key, options = {}) => readFromDisk(layout, key, options),
    stat: async (key) => ({ key, ...((await statFile(layout.pathOf(key))) ?? (await missing(layout, key))) }),
    delete: async (key) => {
      if (!(await removeIfThere(layout.pathOf(key)))) await assertPresent(layout);
    },
    list: (listing = {}) => listDisk(layout, listing),
    sweepTemporary: (olderThan) => sweep(layout, writing.underWay, olderThan),
    check: () => checkDisk(layout),
  };
}

async function readFromDisk(layout: DiskLayout, key: string, options: ReadOptions): Promise<BlobReading> {
  const { range, signal } = options;
  signal?.throwIfAborted();
  const file = (await ifThere(open(layout.pathOf(key), forReading))) ?? (await missing(layout, key));
  try {
    const sizeBytes = (await onDisk(file.stat())).size;
    if (range) assertWithin(range.start, range.end, sizeBytes);
    const stream: Readable = file.createReadStream({
      highWaterMark: readBytes,
      ...(range && { start: range.start, end: range.end }),
      ...(signal && { signal }),
    });
    return { stream, sizeBytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function assertWithin(start: number, end: number, sizeBytes: number): void {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || end < start || end >= sizeBytes)
    throw new BlobRangeInvalid(start, end, sizeBytes);
}

/** An unmounted disk has no files either: nobody may conclude from that that a blob is gone. */
const assertPresent = (layout: DiskLayout): Promise<unknown> => onDisk(stat(layout.objects));

async function missing(layout: DiskLayout, key: string): Promise<never> {
  await assertPresent(layout);
  throw new BlobNotFound(key);
}

const removeIfThere = async (path: string): Promise<boolean> =>
  (await ifThere(unlink(path).then(() => true))) ?? false;

async function sweep(layout: DiskLayout, underWay: Set<string>, olderThan: Date): Promise<number> {
  let removed = 0;
  for (const name of await onDisk(readdir(layout.temporary))) {
    if (underWay.has(name)) continue;
    const path = join(layout.temporary, name);
    const file = await statFile(path);
    if (file && file.writtenAt < olderThan && (await removeIfThere(path))) removed += 1;
  }
  return removed;
}
