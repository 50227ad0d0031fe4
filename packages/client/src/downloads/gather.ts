import type { FetchOptions, WholeFile } from '../core/whole-file.ts';
import type { Partial } from './partial.ts';

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
