import { readFileSync } from 'node:fs';
import { CannotRun } from '../benchmark.ts';

/** The most memory that a process ever had in use, in bytes: `VmHWM`. */
export function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    throw new CannotRun('The peak of memory is read from /proc, which only Linux has.');
  }
}
