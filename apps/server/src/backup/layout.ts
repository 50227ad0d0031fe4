/*
 * A backup is a folder with `database.tar`, `postgres.password` and `blobs/…` as in the data folder. `SHA256SUMS` has a
 * line for each of these files, in the format of `sha256sum --check`. `backup.json` describes the backup.
 */
import { z } from 'zod';

export const DATABASE = 'database.tar';
export const PASSWORD = 'postgres.password';
export const BLOBS = 'blobs';
export const SUMS = 'SHA256SUMS';
export const LABEL = 'backup.json';

export const Label = z.object({
  format: z.literal(1),
  version: z.string(),
  /** Start of the backup. It contains every write that was answered before. */
  startedAt: z.iso.datetime(),
  /** Number and total bytes of the files in `SHA256SUMS`. */
  files: z.number(),
  bytes: z.number(),
  /** SHA-256 of the file `SHA256SUMS`. */
  sha256: z.string(),
});
export type Label = z.infer<typeof Label>;

export interface Sum {
  readonly sha256: string;
  readonly path: string;
}

export const lineOf = ({ sha256, path }: Sum): string => `${sha256}  ${path}\n`;

/** Allowed names in a backup. They exclude paths out of the folder, and files that other programs put there. */
const NAME = /^(?:database\.tar|postgres\.password|blobs\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*)$/;
const LINE = /^([0-9a-f]{64}) {2}(.+)$/;

export const isOurs = (path: string): boolean => NAME.test(path);

export function parseLine(line: string): Sum | undefined {
  const [, sha256, path] = LINE.exec(line) ?? [];
  return sha256 !== undefined && path !== undefined && isOurs(path) ? { sha256, path } : undefined;
}

export class BackupError extends Error {
  override readonly name = 'BackupError';
}
