import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, onDisk } from './disk-errors.ts';
import { discard } from './disk-remove.ts';
import type { DiskWork } from './disk-work.ts';
import { isKey } from './key.ts';

/** Removes old temporary files, and uploads without a recent part. */
export async function sweepDisk(work: DiskWork, olderThan: Date, keep: ReadonlySet<string>): Promise<number> {
  const { layout, underWay } = work;
  let removed = 0;
  for (const name of await onDisk(readdir(layout.uploads))) {
    if (!isKey(name) || keep.has(name) || underWay.has(name)) continue;
    const path = layout.uploadPathOf(name);
    if ((await isOlder(path, olderThan)) && (await discard(work, path))) removed += 1;
  }
  for (const name of await onDisk(readdir(layout.temporary))) {
    const path = join(layout.temporary, name);
    if (underWay.has(name) || !(await isOlder(path, olderThan))) continue;
    if (await ifThere(rm(path, { recursive: true }).then(() => true))) removed += 1;
  }
  return removed;
}

/** Compares the last change. For a directory, that is the last change of its entries. */
async function isOlder(path: string, time: Date): Promise<boolean> {
  const stat = await ifThere(lstat(path));
  return stat !== undefined && (stat.isFile() || stat.isDirectory()) && stat.mtime < time;
}
