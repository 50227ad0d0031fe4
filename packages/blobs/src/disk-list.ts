import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import { isKey } from './key.ts';
import type { BlobListing, BlobStat } from './store.ts';

const isLevel = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);

/** Walks the blobs in order of their keys, holding the names of one small directory at a time. */
export async function* listDisk(layout: DiskLayout, { olderThan }: BlobListing): AsyncGenerator<BlobStat> {
  // The root is read in all strictness: that it is missing must not look like an empty store.
  for (const outer of (await onDisk(readdir(layout.objects))).filter(isLevel).sort()) {
    for (const inner of await namesIn(join(layout.objects, outer), isLevel)) {
      for (const key of await namesIn(join(layout.objects, outer, inner), isKey)) {
        const stat = await statFile(layout.pathOf(key));
        if (stat && (!olderThan || stat.writtenAt < olderThan)) yield { key, ...stat };
      }
    }
  }
}

const namesIn = async (directory: string, wanted: (name: string) => boolean): Promise<string[]> =>
  ((await ifThere(readdir(directory))) ?? []).filter(wanted).sort();

/** Size and time of a regular file; `undefined` if it is missing, or something that no store put there. */
export async function statFile(path: string): Promise<Omit<BlobStat, 'key'> | undefined> {
  const stat = await ifThere(lstat(path));
  return stat?.isFile() ? { sizeBytes: stat.size, writtenAt: stat.mtime } : undefined;
}
