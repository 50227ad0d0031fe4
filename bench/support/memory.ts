import { readdirSync, readFileSync } from 'node:fs';
import { CannotRun } from '../benchmark.ts';

/** The most memory that a process ever had in use, in bytes: `VmHWM`. */
export const peakOf = (pid: number): number => statusOf(pid, 'VmHWM') * 1024;

/** The memory that a process and its children use now, in bytes. */
export function residentOf(pid: number): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const isBelow = (each: number | undefined): boolean =>
    each !== undefined && each !== 0 && (each === pid || isBelow(parents.get(each)));
  return [...parents.keys()].filter(isBelow).reduce((sum, each) => {
    try {
      return sum + statusOf(each, 'VmRSS') * 1024;
    } catch {
      // It ended meanwhile.
      return sum;
    }
  }, 0);
}

function parentOf(pid: number): number | undefined {
  try {
    return statusOf(pid, 'PPid');
  } catch {
    return undefined;
  }
}

function statusOf(pid: number, field: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  } catch {
    throw new CannotRun('The memory of a process is read from /proc, which only Linux has.');
  }
}
