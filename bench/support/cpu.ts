import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc`: 100 on every Linux. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Microseconds of CPU time in user and kernel mode. */
  readonly cpu: number;
}

/** Undefined if the process has ended, or without `/proc`. */
function stat(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may contain any character.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpu: ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6 };
  } catch {
    return undefined;
  }
}

/** CPU time of a process so far, in microseconds. Undefined if the system does not report it. */
export const cpuOf = (pid: number): number | undefined => stat(pid)?.cpu;

/**
 * CPU time of the current processes of a Postgres, in microseconds. Closed connections do not count, so keep
 * connections open between two readings.
 */
export function cpuOfPostgres(postmaster: number): number | undefined {
  if (stat(postmaster) === undefined) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(stat)
    .reduce((sum, found) => (found?.parent === postmaster ? sum + found.cpu : sum), 0);
}
