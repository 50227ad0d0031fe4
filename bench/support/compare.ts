import type { Count } from '../benchmark.ts';
import { median } from './median.ts';

/** One side of a comparison. */
export interface Side {
  /** Works for so many seconds, or as long as its work takes. */
  readonly run: (seconds: number) => Promise<Count>;
  /** Microseconds of CPU time so far, by who spends it. */
  readonly cpu?: Readonly<Record<string, () => number | undefined>>;
}

/** Rates and CPU times of both sides, as medians over the rounds. */
export interface Comparison {
  readonly ours: Measured;
  readonly baseline: Measured;
  /** Ours through the baseline's, of each round. */
  readonly ratios: number[];
  /** The CPU time of one of ours, whoever spends it, through that of the baseline, of each round. */
  readonly cpuRatios: number[];
}

interface Measured {
  /** Per second. */
  readonly rate: number;
  /** Microseconds for each, by who spent them. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface Rounds {
  readonly rounds: number;
  /** Of no meaning to work that takes as long as it takes; nor `warmUp`. */
  readonly seconds?: number;
  /** Before the first round, on each side: caches fill, code is compiled. */
  readonly warmUp?: number;
  /** Between two runs: lets what one has left to do end before the other begins. */
  readonly drain?: () => Promise<void>;
}

/** Runs both sides in turn, A B A B: what slows the machine down for a while slows both. */
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
