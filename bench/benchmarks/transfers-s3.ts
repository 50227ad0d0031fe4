import type { Benchmark } from '../benchmark.ts';
import { demandDisk } from '../support/disk.ts';
import { onS3 } from '../transfers/on-s3.ts';
import { sizesOf } from '../transfers/sizes.ts';

export const transfersS3: Benchmark = {
  name: 'transfers-s3',
  says: 'memory and rates of large files on S3, against what does only that (--large: memory, at 5 GiB)',
  onlyByName: true,
  async *run(bench) {
    const sizes = sizesOf(bench);
    demandDisk('transfers-s3', sizes.onS3);
    yield* onS3(bench, sizes);
  },
};
