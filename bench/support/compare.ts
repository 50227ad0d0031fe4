import type { Count } from '../benchmark.ts';
import { median } from './median.ts';

export interface Side {
  /** Works for `seconds`, or until its fixed work is done. */
  readonly run: (seconds: number) => Promise<Count>;
  /** Microseconds of CPU time so far, by process. */
  readonly cpu?: Readonly<Record<string, () => number | undefined>>;
}

export interface Comparison {
  readonly ours: Measured;
  readonly baseline: Measured;
  /** Our rate divided by the rate of the baseline, for each round. */
  readonly ratios: number[];
  /** Our CPU time for one operation, over all processes, divided by that of the baseline, for each round. */
  readonly cpuRatios: number[];
}

interface Measured {
  readonly rate: number;
  /** Microseconds for one operation, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface Rounds {
  readonly rounds: number;
  /** Ignored, like `warmUp`, by sides with fixed work. */
  readonly seconds?: number;
  /** Seconds before the first round, on each side: fills caches and compiles code. */
  readonly warmUp?: number;
  /** Runs between two sides, so that work that one side left behind does not slow the other one. */
  readonly drain?: () => Promise<void>;
}

/** Runs both sides alternately, so that slow phases of the machine affect both. */
export async function compare(ours: Side, baseline: Side, rounds: Rounds): Promise<Comparison> {
  const settle = rounds.drain ?? (async () => {});
  for (const side of [ours, baseline]) {
    await side.run(rounds.warmUp ?? 0);
    await settle();
  }
  const { seconds = 0 } = rounds;
  const mine: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rounds.rounds; round++) {
    mine.push(await measure(ours, seconds));
    await settle();
    theirs.push(await measure(baseline, seconds));
    await settle();
  }
  return {
    ours: middle(mine),
    baseline: middle(theirs),
    ratios: mine.map(({ rate }, round) => rate / (theirs[round]?.rate ?? Number.NaN)),
    cpuRatios: mine.map(({ cpu }, round) => sum(cpu) / sum(theirs[round]?.cpu ?? {})),
  };
}

async function measure(side: Side, seconds: number): Promise<Measured> {
  const clocks = Object.entries(side.cpu ?? {});
  const before = clocks.map(([, clock]) => clock());
  const { count, seconds: taken } = await side.run(seconds);
  const cpu = clocks.map(([who, clock], index) => [who, ((clock() ?? NaN) - (before[index] ?? NaN)) / count]);
  return { rate: count / taken, cpu: Object.fromEntries(cpu) };
}

const sum = (cpu: Measured['cpu']): number => Object.values(cpu).reduce((all, micros) => all + micros, 0);

function middle(measured: readonly Measured[]): Measured {
  const who = Object.keys(measured[0]?.cpu ?? {});
  return {
    rate: median(measured.map(({ rate }) => rate)),
    cpu: Object.fromEntries(
      who.map((name) => [name, median(measured.map(({ cpu }) => cpu[name] ?? Number.NaN))]),
    ),
  };
}
