import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/*
 * A file system on a loop device whose image loses its end: reads of those blocks fail with EIO, as on a failing disk.
 * Needs root with CAP_SYS_ADMIN, and a loop device.
 */

const IMAGE_BYTES = 32 * 2 ** 20;

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

export interface LoopDisk {
  readonly root: string;
  /** Makes the file unreadable from its middle on, and the disk read-only. The returned function repairs both. */
  breakFrom(path: string): () => void;
  remove(): void;
}

/** Mounts a disk below this folder, or returns why that is impossible. */
export function mountLoopDisk(folder: string): LoopDisk | string {
  const image = join(folder, 'image');
  const root = join(folder, 'mounted');
  try {
    run('truncate', '-s', String(IMAGE_BYTES), image);
    run('mkfs.ext4', '-q', '-O', '^has_journal', '-E', 'lazy_itable_init=0', image);
    run('mkdir', root);
    run('mount', '-o', 'loop,noatime', image, root);
  } catch (error) {
    return (error as Error).message.trim().replaceAll(/\s+/g, ' ');
  }
  return {
    root,
    breakFrom: (path) => {
      // A write would extend the image again.
      run('mount', '-o', 'remount,ro', root);
      const mend = breakFrom(image, path);
      return () => {
        mend();
        run('mount', '-o', 'remount,rw', root);
      };
    },
    remove: () => void run('umount', root),
  };
}

function breakFrom(image: string, path: string): () => void {
  run('sync', '-f', path);
  // The first and the last block of each extent, in blocks of 4 KiB.
  const blocks = [...run('filefrag', '-b4096', '-v', path).matchAll(/:\s+(\d+)\.\.\s*(\d+):/g)];
  const offset = Math.floor((Number(blocks.at(-1)?.[1]) + Number(blocks.at(-1)?.[2])) / 2) * 4096;
  const lost = Buffer.alloc(statSync(image).size - offset);
  const file = openSync(image, 'r+');
  readSync(file, lost, 0, lost.length, offset);
  truncateSync(image, offset);
  // A cached page would be read without the disk.
  run('dd', `if=${path}`, 'iflag=nocache', 'count=0', 'status=none');
  return () => {
    writeSync(file, lost, 0, lost.length, offset);
    fsyncSync(file);
    closeSync(file);
  };
}
