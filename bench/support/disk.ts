import { spawnSync } from 'node:child_process';
import { readdirSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRun } from '../benchmark.ts';

const GiB = 2 ** 30;

export function demandDisk(name: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new CannotRun(
    `${name} needs ${Math.ceil(bytes / GiB)} GiB of disk, and ${tmpdir()} has ` +
      `${(free / GiB).toFixed(1)}; TMPDIR names another place.`,
  );
}

export function largestFile(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const [first] = files.map((path) => ({ path, size: statSync(path).size })).sort((a, b) => b.size - a.size);
  if (first === undefined) throw new Error(`there is no file below ${folder}`);
  return first.path;
}

/** Drops a file from the page cache, so that the next read uses the disk. */
export function forget(path: string): void {
  const args = [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
  const { status, error } = spawnSync('dd', args);
  if (status !== 0) throw new CannotRun(`dd cannot empty the page cache here (${error?.message ?? status}).`);
}
