import type { Benchmark } from '../benchmark.ts';
import { demandDisk } from '../support/disk.ts';
import { onDisk } from '../transfers/on-disk.ts';
import { sizesOf } from '../transfers/sizes.ts';

export const transfersDisk: Benchmark = {
  name: 'transfers-disk',
  says: 'memory and rates of large files on disk, against what does only that (--large: memory, at 5 GiB)',
  onlyByName: true,
  async *run(bench) {
    const sizes = sizesOf(bench);
    demandDisk('transfers-disk', sizes.onDisk);
    yield* onDisk(bench, sizes);
  },
};
