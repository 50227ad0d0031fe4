import { readdirSync, readFileSync } from 'node:fs';
import { CannotRun } from '../benchmark.ts';

/** Peak memory of a process in bytes (`VmHWM`). */
export function peakOf(pid: number): number {
  const kilobytes = statusOf(pid, 'VmHWM');
  if (kilobytes === undefined)
    throw new CannotRun('The memory of a process is read from /proc, which only Linux has.');
  return kilobytes * 1024;
}

/** Current memory of a process and its children, in bytes. */
export function residentOf(pid: number): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statusOf(Number(name), 'PPid')]),
  );
  const isBelow = (each: number | undefined): boolean =>
    each !== undefined && each !== 0 && (each === pid || isBelow(parents.get(each)));
  return [...parents.keys()]
    .filter(isBelow)
    .reduce((sum, each) => sum + (statusOf(each, 'VmRSS') ?? 0) * 1024, 0);
}

/** A number in the status of a process. Undefined if the process has ended. A zombie has a parent, but no memory. */
function statusOf(pid: number, field: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, value] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text) ?? [];
    return value === undefined ? undefined : Number(value);
  } catch {
    return undefined;
  }
}
