import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the arguments of the process contain this text: another process may have its pid by now. */
export function isRunningWith(pid: number, text: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
  } catch {
    return false;
  }
}

/** Kills a process and waits until it has ended. */
export async function killHard(pid: number, folder: string): Promise<void> {
  if (!isRunningWith(pid, folder)) return;
  process.kill(pid, 'SIGKILL');
  while (isRunningWith(pid, folder)) await sleep(10);
}
