import type { Bench } from '../benchmark.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** How much is moved, and what disk that takes. */
export interface Sizes {
  /** Of a file whose rate is measured. */
  readonly file: number;
  /** Of each file of those that are moved at once. */
  readonly crowd: number;
  readonly rounds: number;
  /** Bytes of disk at most, with each store. */
  readonly onDisk: number;
  readonly onS3: number;
}

export function sizesOf({ quick, large }: Pick<Bench, 'quick' | 'large'>): Sizes {
  // Our client sends it in parts in any case.
  const file = quick ? 64 * MiB : GiB;
  const crowd = quick ? 32 * MiB : large ? 5 * GiB : GiB;
  const rounds = quick ? 1 : 3;
  // Databases, logs, and what a store needs beside the content.
  const rest = 3 * GiB;
  // Ours are kept until their store is thrown away; baselines overwrite what they wrote, the S3 server frees that later.
  const onDisk = Math.max((2 * (rounds + 1) + 2) * file, 9 * crowd) + rest;
  const onS3 = Math.max((4 * (rounds + 1) + 1) * file, 9 * crowd) * 1.1 + rest;
  return { file, crowd, rounds, onDisk, onS3 };
}

export const gigabytes = (bytes: number): string =>
  bytes < GiB ? `${bytes / MiB} MiB` : `${bytes / GiB} GiB`;
