import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import { partsIn, type StoredPart, sizeOf } from './disk-parts.ts';
import { isKey } from './key.ts';
import type { BlobListing, BlobStat } from './store.ts';

/** The number of parts that are measured concurrently. */
const AT_ONCE = 32;

const isLevel = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);

/** Walks the blobs in the order of their keys. Keeps only the names of one small directory in memory. */
export async function* listDisk(layout: DiskLayout, { olderThan }: BlobListing): AsyncGenerator<BlobStat> {
  // A missing root must fail: it must not look like an empty store.
  for (const outer of (await onDisk(readdir(layout.objects))).filter(isLevel).sort()) {
    for (const inner of await namesIn(join(layout.objects, outer), isLevel)) {
      for (const key of await namesIn(join(layout.objects, outer, inner), isKey)) {
        const stat = await statListed(layout.pathOf(key));
        if (stat && (!olderThan || stat.writtenAt < olderThan)) yield { key, ...stat };
      }
    }
  }
}

const namesIn = async (directory: string, wanted: (name: string) => boolean): Promise<string[]> =>
  ((await ifThere(readdir(directory))) ?? []).filter(wanted).sort();

/**
 * Also measures each part: a crash or a repaired file system can truncate a part, whose name still states the old
 * size.
 * @returns `undefined` if the blob is missing or incomplete, or if no store created it.
 */
export const statBlob = (path: string): Promise<Omit<BlobStat, 'key'> | undefined> =>
  statWith(path, (parts) => measure(path, parts));

/** A walk trusts the sizes in the names of parts, because measuring each part would take far longer. */
const statListed = (path: string) => statWith(path, async (parts) => sizeOf(parts));

async function statWith(
  path: string,
  sizeOfParts: (parts: readonly StoredPart[]) => Promise<number | undefined>,
): Promise<Omit<BlobStat, 'key'> | undefined> {
  const stat = await ifThere(lstat(path));
  if (stat?.isFile()) return { sizeBytes: stat.size, writtenAt: stat.mtime };
  const parts = stat?.isDirectory() ? await partsIn(path) : undefined;
  const sizeBytes = parts && (await sizeOfParts(parts));
  return stat && sizeBytes !== undefined ? { sizeBytes, writtenAt: stat.mtime } : undefined;
}

/** The real size of all parts. `undefined` if one has disappeared meanwhile. */
async function measure(path: string, parts: readonly StoredPart[]): Promise<number | undefined> {
  let sizeBytes = 0;
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    const looks = parts.slice(at, at + AT_ONCE).map(({ name }) => ifThere(lstat(join(path, name))));
    for (const part of await Promise.all(looks)) {
      if (!part) return undefined;
      sizeBytes += part.size;
    }
  }
  return sizeBytes;
}
