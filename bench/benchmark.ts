import type { Databases } from './support/databases.ts';
import type { BenchS3 } from './support/s3.ts';
import type { Subject } from './support/server.ts';

/** What a benchmark is run with. */
export interface Bench {
  /** Few and short rounds: to see that it runs, not to publish its numbers. */
  readonly quick: boolean;
  /** Files of the size that users have, where a benchmark's usual ones are smaller: much disk, and time. */
  readonly large: boolean;
  /** Seconds of the phases of the benchmark `abuse`. Default: its own. */
  readonly seconds: { readonly quiet?: number; readonly abuse?: number; readonly each?: number };
  /** Words in the names of the attacks to measure. Default: all attacks. */
  readonly attacks?: string;
  readonly databases: Databases;
  /** Starts the real server, in a process of its own, on a database. It is stopped after the benchmark, if not before. */
  server(databaseUrl: string, env?: Readonly<Record<string, string>>): Promise<Subject>;
  /** Starts an S3 server on which so many bytes have room. It is stopped after the benchmark, if not before. */
  s3(diskBytes: number): Promise<BenchS3>;
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
  /** Works for so many seconds, or as long as its work takes, and answers how often it did. */
  readonly run: (seconds: number) => Promise<Count>;
  stop(): Promise<void>;
}

/** How often something was done, in how many seconds. */
export interface Count {
  readonly count: number;
  readonly seconds: number;
  /** Seconds until that was over too for which nobody need wait. */
  readonly whole?: number;
}

/** A line of the report. */
export interface Line {
  readonly what: string;
  /** Medians over the rounds, with their unit. */
  readonly ours: string;
  readonly baseline: string;
  /** Of each round; none where there is nothing to compare with. */
  readonly ratios: readonly number[];
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** What else was seen, for example CPU time per request. */
  readonly note?: string;
}

/** One benchmark; its file is named for it. */
export interface Benchmark {
  readonly name: string;
  /** Needs too much of the machine to run where nobody named it. */
  readonly onlyByName?: true;
  readonly says: string;
  /** Each line as soon as it is measured: those before a failure are reported. */
  run(bench: Bench): AsyncIterable<Line>;
}

/** Why a benchmark cannot be run here: told without a stack. */
export class CannotRun extends Error {}
