import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** Runs a script in a separate Node process, which can import the disk store as `openDiskStore` and has `root`. */
export function inChild(root: string, script: string, wrap: readonly string[] = []): ChildProcess {
  const disk = JSON.stringify(new URL('../disk.ts', import.meta.url).href);
  const code = `import { openDiskStore } from ${disk}; const root = ${JSON.stringify(root)}; ${script}`;
  const [command = '', ...args] = [...wrap, process.execPath, '--input-type=module', '-e', code];
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

const mounting = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'];
const mount = (path: string) => `mount -t tmpfs -o size=4m tmpfs '${path}' && exec "$@"`;
const [unshare = '', ...unshareArgs] = mounting;

/** Whether this is a Linux that grants user namespaces. */
export const canMount = spawnSync(unshare, [...unshareArgs, mount('/mnt'), 'sh', 'true']).status === 0;

/**
 * Like `inChild`, with a filesystem of 4 MiB at `root`, in its own mount namespace. Returns the output of the script.
 */
export const onSmallDisk = (root: string, script: string): Promise<unknown> =>
  printed(inChild(root, script, [...mounting, mount(root), 'sh']));

/** Like `inChild`, as a user who is subject to permissions. Returns the output of the script. */
export async function asOrdinaryUser(root: string, script: string): Promise<unknown> {
  if (process.getuid?.() !== 0) return printed(inChild(root, script));
  await chown(root, NOBODY, NOBODY);
  return printed(inChild(root, `process.setgid(${NOBODY}); process.setuid(${NOBODY}); ${script}`));
}

const NOBODY = 65534;

async function printed({ stdout, stderr }: ChildProcess): Promise<unknown> {
  if (!stdout || !stderr) throw new Error('no output to wait for');
  const [output, complaint] = await Promise.all([text(stdout), text(stderr)]);
  if (complaint) throw new Error(complaint);
  return JSON.parse(output);
}
