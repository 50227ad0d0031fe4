import type { Line } from '../benchmark.ts';
import { quantile } from '../support/median.ts';
import type { Outcome, WorkDone } from './work.ts';

export const goal = (isMet: boolean, what: string): string => `goal ${what}: ${isMet ? 'met' : 'missed'}`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
export const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
export const told = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');

export const answersLine = ([name, counts]: [string, Record<string, number>]): string =>
  `  ${name.padEnd(34)}${told(new Map(Object.entries(counts)))}`;

export const milliseconds = ({ times }: Outcome): string =>
  `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;

export function timesLine(name: string, quiet: WorkDone, abused: Outcome): Line {
  const before = quiet.operations.get(name) as Outcome;
  const share = (at: number) => quantile(abused.times, at) / quantile(before.times, at);
  return {
    what: `team B, ${name}`,
    ours: milliseconds(abused),
    baseline: `${milliseconds(before)} (quiet)`,
    ratios: [share(0.99)],
    target: { atMost: 5 },
    note:
      `p50: ${share(0.5).toFixed(1)} times; ${abused.times.length} requests, the slowest ` +
      `${Math.round(Math.max(...abused.times))} ms`,
  };
}

export function failuresLine({ operations }: WorkDone): Line {
  const all = [...operations.values()];
  const failures = all.reduce((sum, outcome) => sum + total(outcome.failures), 0);
  const asked = all.reduce((sum, { times }) => sum + times.length, 0);
  const each = [...operations].filter(([, outcome]) => total(outcome.failures) > 0);
  return {
    what: 'team B, failed requests',
    ours: `${failures} of ${asked}`,
    baseline: '',
    ratios: [],
    note: [
      goal(failures === 0, '0'),
      ...each.map(([name, outcome]) => `${name}: ${told(outcome.failures)}`),
    ].join('; '),
  };
}

export function probesLine(probes: Outcome): Line {
  const failures = total(probes.failures);
  return {
    what: 'failed probes of `/readyz`',
    ours: `${failures} of ${probes.times.length}`,
    baseline: '',
    ratios: [],
    note: [goal(failures === 0, '0'), milliseconds(probes), told(probes.failures)].filter(Boolean).join('; '),
  };
}
