import type { Bench } from '../benchmark.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Sizes of files, and the disk space that they need, in bytes. */
export interface Sizes {
  readonly file: number;
  readonly crowd: number;
  readonly rounds: number;
  /** Most bytes of disk, by store. */
  readonly onDisk: number;
  readonly onS3: number;
}

export function sizesOf({ quick, large }: Pick<Bench, 'quick' | 'large'>): Sizes {
  // Large enough that our client always sends it in parts.
  const file = quick ? 64 * MiB : GiB;
  const crowd = quick ? 32 * MiB : large ? 5 * GiB : GiB;
  const rounds = quick ? 1 : 3;
  // Space for databases, logs and the overhead of a store.
  const rest = 3 * GiB;
  // ModelBox keeps its files until the store is deleted. Baselines overwrite theirs, but the S3 server frees the space
  // later.
  const onDisk = Math.max((2 * (rounds + 1) + 2) * file, 9 * crowd) + rest;
  const onS3 = Math.max((4 * (rounds + 1) + 1) * file, 9 * crowd) * 1.1 + rest;
  return { file, crowd, rounds, onDisk, onS3 };
}

export const gigabytes = (bytes: number): string =>
  bytes < GiB ? `${bytes / MiB} MiB` : `${bytes / GiB} GiB`;
