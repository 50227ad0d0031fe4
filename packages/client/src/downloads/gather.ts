import type { ParallelPartOptions } from '../core/part-options.ts';
import type { Slots } from '../core/slots.ts';
import type { Partial } from './partial.ts';
import type { WholeFile } from './whole-file.ts';

export interface FetchOptions extends ParallelPartOptions {
  /** Connections that are shared with others. */
  readonly slots: Slots;
  readonly signal: AbortSignal | undefined;
  /** Told how much of the file is here, what was here before too. */
  readonly onBytes: (bytes: number) => void;
}

/** Gathers the content of a file, the whole of it on disk at the end. */
export type Gather = (
  file: WholeFile,
  partial: Partial,
  options: FetchOptions,
) => Promise<{
  /** The SHA-256 in hex of what lies there. */
  readonly sha256: string;
  /** Some of it lay there before. */
  readonly continued: boolean;
}>;
