import type { TestServer } from '../../../apps/server/testing/test-server.ts';
import type { Tolerance } from './ledger.ts';
import type { Random } from './random.ts';

/** One fault, or several of a kind, while a load runs. */
export interface Phase {
  readonly name: string;
  /** Deviations besides 503 and interrupted downloads. Default: none. */
  readonly tolerates?: Partial<Pick<Tolerance, 'damage' | 'ranges'>>;
  begin(server: TestServer, random: Random): Promise<Ongoing> | Ongoing;
}

export interface Ongoing {
  /** How often each part of the fault happened, by name. */
  happened(): Readonly<Record<string, number>>;
  /** Ends the parts that have happened, if they keep the load from reaching the others. */
  endHappened?(): void;
  end(): Promise<void> | void;
}
