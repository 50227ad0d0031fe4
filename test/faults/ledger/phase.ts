import type { TestServer } from '../../../apps/server/testing/test-server.ts';
import type { Tolerance } from './ledger.ts';
import type { Random } from './random.ts';

/** One fault, or several of a kind, while a load runs. */
export interface Phase {
  readonly name: string;
  /** Beside 503 and broken downloads. Default: nothing. */
  readonly tolerates?: Partial<Pick<Tolerance, 'damage' | 'ranges'>>;
  /** Begins the fault. */
  begin(server: TestServer, random: Random): Promise<Ongoing> | Ongoing;
}

export interface Ongoing {
  /** How often each part of the fault has really happened, by its name. */
  happened(): Readonly<Record<string, number>>;
  /** Ends the parts that have happened, if they keep the load from reaching the others. */
  endHappened?(): void;
  end(): Promise<void> | void;
}
