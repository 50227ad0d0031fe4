import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The used parts of `postmaster.pid` (its lines are in src/include/utils/pidfile.h of Postgres). */
export interface PostmasterPid {
  pid: number;
  port: number;
  /** Whether it accepts connections. */
  ready: boolean;
}

const file = (clusterDir: string): string => join(clusterDir, 'postmaster.pid');

/** The process that runs, or last ran, on the cluster. */
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

/** Whether the process is alive and works in the cluster. Its number may belong to another process by now. */
export function isPostmasterOf(clusterDir: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    // The root user of a container may not see the working directory of another user's process, but sees its command
    // line.
    if (sameFolder(`/proc/${pid}/cwd`, clusterDir)) return true;
    const command = readText(`/proc/${pid}/cmdline`).split('\0');
    return command[0]?.endsWith('/postgres') === true && command.includes(clusterDir);
  }
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout.includes('postgres') && ps.stdout.includes(clusterDir);
}

/**
 * Makes Postgres treat a `postmaster.pid` as stale if its number now belongs to another process. Postgres takes the
 * number of its own parent for stale. It then still checks that no backend uses the shared memory named in the file,
 * which deleting the file would skip.
 */
export function disownPostmasterPid(clusterDir: string): void {
  const [, ...rest] = readFileSync(file(clusterDir), 'utf8').split('\n');
  writeFileSync(file(clusterDir), [process.pid, ...rest].join('\n'));
}

/**
 * Ends a postmaster by a fast shutdown (sessions end, data is flushed), after 30 s by an immediate one (like a
 * crash), after 10 s more by SIGKILL. Resolves when it is gone.
 * @param late shortens these times to half a second when it is aborted.
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

/** Sends a signal, if the process exists. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie, whose parent has not waited for it yet, no longer runs.
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
