import type { FetchOptions, WholeFile } from '../core/whole-file.ts';
import type { Partial } from './partial.ts';

/** Downloads the content of a file completely to disk. */
export type Gather = (
  file: WholeFile,
  partial: Partial,
  options: FetchOptions,
) => Promise<{
  /** The SHA-256 in hex of the file on disk. */
  readonly sha256: string;
  /** Whether the download continued an earlier one. */
  readonly continued: boolean;
}>;
