import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The parts that we use of `postmaster.pid` (its lines are in Postgres's src/include/utils/pidfile.h). */
export interface PostmasterPid {
  pid: number;
  port: number;
  /** It accepts connections. */
  ready: boolean;
}

const file = (clusterDir: string): string => join(clusterDir, 'postmaster.pid');

/** The process that runs, or ran, on this cluster. */
export function readPostmasterPid(clusterDir: string): PostmasterPid | undefined {
  let lines: string[];
  try {
    lines = readFileSync(file(clusterDir), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  return { pid, port: Number(lines[3]), ready: (lines[7] ?? '').trim() === 'ready' };
}

/** Whether the process lives and works in that cluster: its number may long be somebody else's. */
export function isPostmasterOf(clusterDir: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // A container's root may not see where another user's process works, but always how it was started.
    if (sameFolder(`/proc/${pid}/cwd`, clusterDir)) return true;
    const command = readText(`/proc/${pid}/cmdline`).split('\0');
    return command[0]?.endsWith('/postgres') === true && command.includes(clusterDir);
  }
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout.includes('postgres') && ps.stdout.includes(clusterDir);
}

/**
 * Makes a `postmaster.pid` whose number now belongs to a stranger count as stale. Postgres takes the number of its
 * own parent for stale and then still checks that no backend is left on the shared memory named further down the
 * file, which deleting the file would skip.
 */
export function disownPostmasterPid(clusterDir: string): void {
  const [, ...rest] = readFileSync(file(clusterDir), 'utf8').split('\n');
  writeFileSync(file(clusterDir), [process.pid, ...rest].join('\n'));
}

/**
 * Ends a postmaster: a fast shutdown (sessions are ended, data is flushed), after 30 s an immediate one (as if it
 * had crashed), after 10 s more the kernel's. Resolves when it is gone.
 * @param late shortens that to half a second when it is aborted.
 */
export async function endPostmaster(
  pid: number,
  gone: () => boolean = () => !isAlive(pid),
  late?: AbortSignal,
): Promise<void> {
  for (const [signal, ms, msIfLate] of [
    ['SIGINT', 30_000, 0],
    ['SIGQUIT', 10_000, 500],
    ['SIGKILL', 10_000, 10_000],
  ] as const) {
    signalProcess(pid, signal);
    for (const begun = Date.now(); Date.now() - begun < (late?.aborted ? msIfLate : ms); ) {
      if (gone()) return;
      await sleep(10);
    }
  }
}

/** Sends a signal, if the process is there. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie (its parent has not asked yet) runs no more.
  return process.platform !== 'linux' || !/^State:\s*Z/m.test(readText(`/proc/${pid}/status`));
}

function sameFolder(link: string, folder: string): boolean {
  try {
    const [a, b] = [statSync(link), statSync(folder)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
