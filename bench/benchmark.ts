import type { Databases } from './support/databases.ts';
import type { BenchS3 } from './support/s3.ts';
import type { Subject } from './support/server.ts';

export interface Bench {
  /** Few and short rounds: a smoke test, whose numbers are not published. */
  readonly quick: boolean;
  /** Uses files of realistic size, which need much disk space and time. */
  readonly large: boolean;
  /** Seconds of the phases of the benchmark `abuse`. Default: its own. */
  readonly seconds: { readonly quiet?: number; readonly abuse?: number; readonly each?: number };
  readonly attacks?: string;
  readonly databases: Databases;
  /** Starts the real server on a database, in its own process. Stops it at the latest after the benchmark. */
  server(databaseUrl: string, env?: Readonly<Record<string, string>>): Promise<Subject>;
  /** Starts an S3 server with disk space for `diskBytes`. Stops it at the latest after the benchmark. */
  s3(diskBytes: number): Promise<BenchS3>;
  /** Starts a file of `bench/processes` as the baseline. Stops it after the benchmark. */
  baseline(file: string, settings: object): Promise<Baseline>;
  say(text: string): void;
}

/** A process that does the same work without ModelBox. */
export interface Baseline {
  readonly pid: number;
  readonly url: string;
  /** Works for `seconds`, or until its fixed work is done, and returns how often it did. */
  readonly run: (seconds: number) => Promise<Count>;
  stop(): Promise<void>;
}

export interface Count {
  readonly count: number;
  readonly seconds: number;
  /** Seconds until work that nobody waits for was done too. */
  readonly whole?: number;
}

export interface Line {
  readonly what: string;
  /** Medians over the rounds, with their unit. */
  readonly ours: string;
  readonly baseline: string;
  /** One ratio for each round; empty without a baseline. */
  readonly ratios: readonly number[];
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  readonly note?: string;
}

export interface Benchmark {
  readonly name: string;
  /** Runs only if its name is given, because it needs much of the machine. */
  readonly onlyByName?: true;
  readonly says: string;
  /** Yields each line as soon as it is measured, so that a failure keeps the earlier lines. */
  run(bench: Bench): AsyncIterable<Line>;
}

/** The benchmark cannot run on this machine. The message is printed without a stack. */
export class CannotRun extends Error {}
