import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc`, which is 100 wherever Linux runs. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Microseconds of CPU time, in the program and in the kernel for it. */
  readonly cpu: number;
}

/** Undefined where the process is gone, or where there is no `/proc`. */
function stat(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpu: ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6 };
  } catch {
    return undefined;
  }
}

/** CPU time of a process so far, in microseconds. Undefined where the system does not tell. */
export const cpuOf = (pid: number): number | undefined => stat(pid)?.cpu;

/**
 * CPU time of a Postgres so far, in microseconds: of the processes that it runs now. Connections that have ended do not
 * count, so keep them open between two looks.
 */
export function cpuOfPostgres(postmaster: number): number | undefined {
  if (stat(postmaster) === undefined) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(stat)
    .reduce((sum, found) => (found?.parent === postmaster ? sum + found.cpu : sum), 0);
}
