import { expect } from 'vitest';

/** Counts the cases that a random test reached, so that a test can demand all of them. */
export function tally() {
  const counts: Record<string, number> = {};
  return {
    count(reached: string): void {
      counts[reached] = (counts[reached] ?? 0) + 1;
    },
    demandAll(cases: readonly string[]): void {
      for (const each of cases)
        expect(counts[each] ?? 0, `${each} in ${JSON.stringify(counts)}`).toBeGreaterThan(0);
    },
  };
}
