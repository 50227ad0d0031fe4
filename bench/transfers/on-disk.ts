import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Line } from '../benchmark.ts';
import { content } from '../support/content.ts';
import { forget, largestFile } from '../support/disk.ts';
import { get, put } from '../support/transfer.ts';
import { crowd } from './crowd.ts';
import { rateLine, timed } from './line.ts';
import { makeModel } from './model.ts';
import { gigabytes, type Sizes } from './sizes.ts';

export async function* onDisk(bench: Bench, sizes: Sizes): AsyncGenerator<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-bench-'));
  try {
    yield await crowd(bench, 'disk', sizes.crowd, {});
    if (!bench.large) yield* rates(bench, sizes, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* rates(bench: Bench, { file, rounds }: Sizes, folder: string): AsyncGenerator<Line> {
  const server = await bench.server(await bench.databases.create('transfers_disk'));
  const files = await makeModel(server);
  await put(files('there'), file, content(file));
  const path = largestFile(join(server.dataDir, 'blobs'));
  const writer = await bench.baseline('disk-writer.ts', { folder, sizeBytes: file });
  const reader = await bench.baseline('disk-reader.ts', { path });
  const bare = await bench.baseline('bare-disk.ts', { folder, path });

  let count = 0;
  const upload = () => timed(file, () => put(files(`up-${++count}`), file, content(file)));
  const download = () => timed(file, () => get(files('there'), file));
  const size = gigabytes(file);
  /** Reads the content from the disk, as some time after it was written. */
  const cold =
    (run: (seconds: number) => Promise<{ count: number; seconds: number }>) => (seconds: number) => {
      forget(path);
      return run(seconds);
    };
  const target = { atLeast: 0.8 };
  yield await rateLine({
    what: `upload of ${size} to disk`,
    ours: upload,
    baseline: writer.run,
    pids: [server.pid, writer.pid],
    against: 'hash, write, fsync',
    rounds,
    target,
  });
  yield await rateLine({
    what: `upload of ${size} to disk`,
    ours: upload,
    baseline: () => timed(file, () => put(bare.url, file, content(file))),
    pids: [server.pid, bare.pid],
    against: 'bare Node HTTP that does the same',
    rounds,
  });
  yield await rateLine({
    what: `download of ${size} from disk`,
    ours: cold(download),
    baseline: cold(reader.run),
    pids: [server.pid, reader.pid],
    against: 'read the file',
    rounds,
    target,
  });
  yield await rateLine({
    what: `download of ${size} from the page cache`,
    ours: download,
    baseline: () => timed(file, () => get(bare.url, file)),
    pids: [server.pid, bare.pid],
    against: 'bare Node HTTP that streams the file',
    rounds,
  });
  yield await rateLine({
    what: `download of ${size} from the page cache`,
    ours: download,
    baseline: reader.run,
    pids: [server.pid, reader.pid],
    against: 'read the file, no network',
    rounds,
  });
}
