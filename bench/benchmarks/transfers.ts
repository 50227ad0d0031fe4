import type { Benchmark } from '../benchmark.ts';
import { demandDisk } from '../support/disk.ts';
import { onDisk } from '../transfers/on-disk.ts';
import { onS3 } from '../transfers/on-s3.ts';
import { sizesOf } from '../transfers/sizes.ts';

/** Large files in and out, on both stores. */
export const transfers: Benchmark = {
  name: 'transfers',
  says: 'memory and rates of large files, on disk and on S3, against what does only that',
  onlyByName: true,
  run: async (bench) => {
    const sizes = sizesOf(bench);
    demandDisk('transfers', Math.max(sizes.onDisk, sizes.onS3));
    return [...(await onDisk(bench, sizes)), ...(await onS3(bench, sizes))];
  },
};
