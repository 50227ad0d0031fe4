import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const unshare = ['unshare', '--user', '--map-root-user', '--mount'];

/** Whether this Linux allows mounting file systems in a private namespace. */
export const canMount =
  spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** Wraps a command: runs it with a small file system at `path`, in its own mount namespace. */
export const withDisk = (path: string, options: string): string[] => [
  ...unshare,
  'sh',
  '-c',
  `mount -t tmpfs -o ${options} tmpfs '${path}' && exec "$@"`,
  'sh',
];

/** The file system of a process that `withDisk` wraps, as the process sees it. */
export function diskOf(pid: number, path: string) {
  const root = join(`/proc/${pid}/root`, path);
  const fillers: string[] = [];
  const fill = (bytes: number) => {
    for (;;) {
      const filler = join(root, `filler-${fillers.length}`);
      fillers.push(filler);
      try {
        writeFileSync(filler, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        return;
      }
    }
  };
  return {
    root,
    fill: (what: 'bytes' | 'names') => {
      fill(2 ** 16);
      fill(1);
      if (what === 'names') fill(0);
    },
    free: () => {
      for (const filler of fillers.splice(0)) rmSync(filler, { force: true });
    },
    remount: (how: 'ro' | 'rw') => {
      const into = ['--target', String(pid), '--user', '--mount', '--preserve-credentials'];
      const done = spawnSync('nsenter', [...into, 'mount', '-o', `remount,${how}`, path], {
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(done.stderr);
    },
    files: (): string[] =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('filler-'))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => `${file.slice(root.length)} ${statSync(file).size}`)
        .sort(),
  };
}
