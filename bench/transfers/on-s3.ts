import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Bench, Line } from '../benchmark.ts';
import { content } from '../support/content.ts';
import { median } from '../support/median.ts';
import { type S3Location, s3Client } from '../support/s3.ts';
import { get, put } from '../support/transfer.ts';
import { crowd } from './crowd.ts';
import { rateLine, timed } from './line.ts';
import { makeModel } from './model.ts';
import { gigabytes, type Sizes } from './sizes.ts';

const target = { atLeast: 0.8 };

/** Files in a bucket. Each group starts a new S3 server, so that no deletion runs during a measurement. */
export async function* onS3(bench: Bench, sizes: Sizes): AsyncGenerator<Line> {
  yield* withS3(bench, sizes, (s3) => crowded(bench, sizes, s3));
  if (bench.large) return;
  yield* withS3(bench, sizes, (s3) => throughServer(bench, sizes, s3));
  yield* withS3(bench, sizes, (s3) => pastServer(bench, sizes, s3));
}

type Started = Awaited<ReturnType<Bench['s3']>>;

async function* withS3(
  bench: Bench,
  { onS3: bytes }: Sizes,
  work: (s3: Started) => AsyncGenerator<Line>,
): AsyncGenerator<Line> {
  const s3 = await bench.s3(bytes * 1.25);
  yield* work(s3);
  await s3.stop();
}

async function* crowded(bench: Bench, sizes: Sizes, s3: Started): AsyncGenerator<Line> {
  yield await crowd(bench, 'S3', sizes.crowd, s3.env);
}

/** The plain values of a bucket, without functions. */
const locationOf = ({ endpoint, accessKeyId, secretAccessKey, bucket }: Started): S3Location => ({
  endpoint,
  accessKeyId,
  secretAccessKey,
  bucket,
});

async function* throughServer(bench: Bench, { file, rounds }: Sizes, s3: Started): AsyncGenerator<Line> {
  const location = locationOf(s3);
  const server = await bench.server(await bench.databases.create('transfers_s3'), s3.env);
  const files = await makeModel(server);
  await put(files('there'), file, content(file));
  const relay = await bench.baseline('s3-relay.ts', location);
  const reader = await bench.baseline('s3-reader.ts', { ...location, key: await largestObject(location) });
  let count = 0;
  const upload = () => timed(file, () => put(files(`up-${++count}`), file, content(file)));
  const relayed = (how: string) => () => timed(file, () => put(`${relay.url}/${how}`, file, content(file)));
  const size = gigabytes(file);
  const pids = [server.pid, relay.pid] as const;
  yield await rateLine({
    what: `upload of ${size} to S3 through the server`,
    ours: upload,
    baseline: relayed('whole'),
    pids,
    against: 'bare Node relay, one PutObject',
    rounds,
    target,
  });
  yield await rateLine({
    what: `upload of ${size} to S3 through the server`,
    ours: upload,
    baseline: relayed('parts'),
    pids,
    against: 'bare Node relay, in parts',
    rounds,
    target,
  });
  yield await rateLine({
    what: `download of ${size} from S3 through the server`,
    ours: () => timed(file, () => get(files('there'), file)),
    baseline: reader.run,
    pids: [server.pid, reader.pid],
    against: 'GetObject straight',
    rounds,
    target,
  });
  await Promise.all([server.stop(), relay.stop(), reader.stop()]);
}

async function* pastServer(bench: Bench, { file, rounds }: Sizes, s3: Started): AsyncGenerator<Line> {
  const location = locationOf(s3);
  const server = await bench.server(await bench.databases.create('transfers_direct'), s3.env);
  const { id: model } = await makeModel(server);
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-bench-'));
  const path = join(folder, 'file');
  try {
    for (const piece of content(file)) writeFileSync(path, piece, { flag: 'a' });
    const settings = { url: server.url, model, path, endpoint: s3.endpoint };
    const client = await bench.baseline('client-upload.ts', settings);
    const lib = await bench.baseline('lib-storage.ts', { ...location, path });
    const verified: number[] = [];
    const line = await rateLine({
      what: `upload of ${gigabytes(file)} straight to S3, by our client until it is complete`,
      ours: async (seconds) => {
        const done = await client.run(seconds);
        verified.push(done.whole ?? Number.NaN);
        return done;
      },
      baseline: lib.run,
      pids: [client.pid, lib.pid],
      against: '@aws-sdk/lib-storage',
      rounds,
      target: { atLeast: 0.9 },
    });
    await Promise.all([client.stop(), lib.stop(), server.stop()]);
    yield { ...line, note: `${line.note}; verified after ${median(verified).toFixed(1)} s` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function largestObject(location: S3Location): Promise<string> {
  const client = s3Client(location);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: location.bucket }));
  client.destroy();
  const [first] = Contents.sort((a, b) => (b.Size ?? 0) - (a.Size ?? 0));
  return first?.Key ?? '';
}
