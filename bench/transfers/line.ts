import type { Count, Line } from '../benchmark.ts';
import { compare, type Side } from '../support/compare.ts';
import { cpuOf } from '../support/cpu.ts';
import { cpuNote } from '../support/report.ts';

export async function timed(sizeBytes: number, work: () => Promise<unknown>): Promise<Count> {
  const start = performance.now();
  await work();
  return { count: sizeBytes / 2 ** 20, seconds: (performance.now() - start) / 1000 };
}

export interface Rates {
  readonly what: string;
  readonly ours: Side['run'];
  readonly baseline: Side['run'];
  readonly pids: readonly [server: number, baseline: number];
  readonly against: string;
  readonly rounds: number;
  readonly target?: Line['target'];
}

export async function rateLine(rates: Rates): Promise<Line> {
  const [server, other] = rates.pids;
  const result = await compare(
    { run: rates.ours, cpu: { server: () => cpuOf(server) } },
    { run: rates.baseline, cpu: { baseline: () => cpuOf(other) } },
    { rounds: rates.rounds },
  );
  return {
    what: rates.what,
    ours: perSecond(result.ours.rate),
    baseline: `${perSecond(result.baseline.rate)} (${rates.against})`,
    ratios: result.ratios,
    ...(rates.target && { target: rates.target }),
    note: cpuNote('CPU µs a MiB', { ...result.ours.cpu, ...result.baseline.cpu }),
  };
}

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')} MiB/s`;
