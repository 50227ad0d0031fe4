/*
 * A backup is a folder: `database.tar`, `postgres.password` and `blobs/…` as in the data folder; `SHA256SUMS` with a line
 * for each of these files, for `sha256sum --check` too; `backup.json`, which says what it is.
 */
import { z } from 'zod';

export const DATABASE = 'database.tar';
export const PASSWORD = 'postgres.password';
export const BLOBS = 'blobs';
export const SUMS = 'SHA256SUMS';
export const LABEL = 'backup.json';

export const Label = z.object({
  format: z.literal(1),
  /** Of the ModelBox that made it. */
  version: z.string(),
  /** When the backup began: what was answered before is in it. */
  startedAt: z.iso.datetime(),
  /** Files with a line in `SHA256SUMS`, and their bytes. */
  files: z.number(),
  bytes: z.number(),
  /** Of `SHA256SUMS`. */
  sha256: z.string(),
});
export type Label = z.infer<typeof Label>;

export interface Sum {
  readonly sha256: string;
  readonly path: string;
}

export const lineOf = ({ sha256, path }: Sum): string => `${sha256}  ${path}\n`;

/** The names that a backup has: nothing that leads out of it, and no unknown file that a person or a system put there. */
const NAME = /^(?:database\.tar|postgres\.password|blobs\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*)$/;
const LINE = /^([0-9a-f]{64}) {2}(.+)$/;

export const isOurs = (path: string): boolean => NAME.test(path);

export function parseLine(line: string): Sum | undefined {
  const [, sha256, path] = LINE.exec(line) ?? [];
  return sha256 !== undefined && path !== undefined && isOurs(path) ? { sha256, path } : undefined;
}

/** Describes the failure for the person at the terminal. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
