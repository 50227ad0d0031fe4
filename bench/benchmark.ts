import type { Databases } from './support/databases.ts';
import type { Subject } from './support/server.ts';

/** What a benchmark is run with. */
export interface Bench {
  /** Few and short rounds: to see that it runs, not to publish its numbers. */
  readonly quick: boolean;
  readonly databases: Databases;
  /** Starts the real server, in a process of its own, on a database. It is stopped after the benchmark. */
  server(databaseUrl: string): Promise<Subject>;
  /** Starts a file of `bench/processes` as the baseline. It is stopped after the benchmark. */
  baseline(file: string, settings: object): Promise<Baseline>;
  /** Tells whoever waits what goes on. */
  say(text: string): void;
}

/** A process that does the same without ModelBox. */
export interface Baseline {
  readonly pid: number;
  /** Where it listens; empty where it does not. */
  readonly url: string;
  /** Works for so many seconds, and answers how often it did. */
  readonly run: (seconds: number) => Promise<Count>;
}

/** How often something was done, in how many seconds. */
export interface Count {
  readonly count: number;
  readonly seconds: number;
}

/** A line of the report. */
export interface Line {
  readonly what: string;
  /** Medians over the rounds, with their unit. */
  readonly ours: string;
  readonly baseline: string;
  /** Of each round. */
  readonly ratios: readonly number[];
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** What else was seen, for example CPU time per request. */
  readonly note?: string;
}

/** One benchmark; its file is named for it. */
export interface Benchmark {
  readonly name: string;
  readonly says: string;
  run(bench: Bench): Promise<Line[]>;
}
