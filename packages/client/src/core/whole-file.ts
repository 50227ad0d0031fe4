import type { ParallelPartOptions } from './part-options.ts';
import type { Slots } from './slots.ts';

/** A stored file to download as a whole. */
export interface WholeFile {
  /** The subject of error messages, such as `The download of a.bin`. */
  readonly what: string;
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly sha256: string;
  /** Opens `length` bytes from `offset`. If the connection breaks, the stream requests the rest. */
  readonly open: (
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ) => Promise<AsyncIterable<Uint8Array>>;
}

export interface FetchOptions extends ParallelPartOptions {
  /** The connections, which other transfers share. */
  readonly slots: Slots;
  readonly signal: AbortSignal | undefined;
  /** Receives the number of bytes that have arrived, including those of an earlier call. */
  readonly onBytes: (bytes: number) => void;
}

/** Writes a stored file to a path. Continues an interrupted call. */
export type FetchFile = (file: WholeFile, path: string, options: FetchOptions) => Promise<void>;
