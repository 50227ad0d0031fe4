import type { ParallelPartOptions } from './part-options.ts';
import type { Slots } from './slots.ts';

/** A stored file, as it is fetched whole. */
export interface WholeFile {
  /** The subject of error messages, such as `The download of a.bin`. */
  readonly what: string;
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly sha256: string;
  /** `length` bytes from `offset` on. They go on by themselves where a connection breaks off. */
  readonly open: (
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ) => Promise<AsyncIterable<Uint8Array>>;
}

export interface FetchOptions extends ParallelPartOptions {
  /** Connections that are shared with others. */
  readonly slots: Slots;
  readonly signal: AbortSignal | undefined;
  /** Told how much of the file is here, what was here before too. */
  readonly onBytes: (bytes: number) => void;
}

/** Writes a stored file to a path. A call that was cut off goes on from there. */
export type FetchFile = (file: WholeFile, path: string, options: FetchOptions) => Promise<void>;
