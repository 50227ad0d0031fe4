import { expect } from 'vitest';

/** Counts the cases that the runs of a random test reached, so that no case is left out unnoticed. */
export function tally() {
  const counts: Record<string, number> = {};
  return {
    count(reached: string): void {
      counts[reached] = (counts[reached] ?? 0) + 1;
    },
    /** Fails unless each of these cases was reached. */
    demandAll(cases: readonly string[]): void {
      for (const each of cases)
        expect(counts[each] ?? 0, `${each} in ${JSON.stringify(counts)}`).toBeGreaterThan(0);
    },
  };
}
