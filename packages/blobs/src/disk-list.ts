import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import { partsIn, sizeOf } from './disk-parts.ts';
import { isKey } from './key.ts';
import type { BlobListing, BlobStat } from './store.ts';

const isLevel = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);

/** Walks the blobs in order of their keys, holding the names of one small directory at a time. */
export async function* listDisk(layout: DiskLayout, { olderThan }: BlobListing): AsyncGenerator<BlobStat> {
  // The root is read in all strictness: that it is missing must not look like an empty store.
  for (const outer of (await onDisk(readdir(layout.objects))).filter(isLevel).sort()) {
    for (const inner of await namesIn(join(layout.objects, outer), isLevel)) {
      for (const key of await namesIn(join(layout.objects, outer, inner), isKey)) {
        const stat = await statBlob(layout.pathOf(key));
        if (stat && (!olderThan || stat.writtenAt < olderThan)) yield { key, ...stat };
      }
    }
  }
}

const namesIn = async (directory: string, wanted: (name: string) => boolean): Promise<string[]> =>
  ((await ifThere(readdir(directory))) ?? []).filter(wanted).sort();

/** `undefined` if it is missing, not whole, or something that no store put there. */
export async function statBlob(path: string): Promise<Omit<BlobStat, 'key'> | undefined> {
  const stat = await ifThere(lstat(path));
  if (stat?.isFile()) return { sizeBytes: stat.size, writtenAt: stat.mtime };
  const parts = stat?.isDirectory() ? await partsIn(path) : undefined;
  return stat && parts && { sizeBytes: sizeOf(parts), writtenAt: stat.mtime };
}
