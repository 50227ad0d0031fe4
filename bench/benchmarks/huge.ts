import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelBox } from '@modelbox/client';
import type { Bench, Benchmark, Line } from '../benchmark.ts';
import { content } from '../support/content.ts';
import { demandDisk } from '../support/disk.ts';
import { peakOf } from '../support/memory.ts';
import { get, put } from '../support/transfer.ts';
import { makeModel } from '../transfers/model.ts';
import { gigabytes } from '../transfers/sizes.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Moves one file of 20 GiB in and out, on both stores, by one request and in parts. Hashes every byte both ways. */
export const huge: Benchmark = {
  name: 'huge',
  says: 'a file of 20 GiB in and out, on disk and on S3, byte for byte',
  onlyByName: true,
  async *run(bench) {
    const size = bench.quick ? 100 * MiB : 20 * GiB;
    // Space for the store, a tenth for the overhead of an S3 server, and databases.
    const needed = size * 1.1 + 2 * GiB;
    demandDisk('huge', needed);
    for (const [how, transfer] of [
      ['in one request', inOne],
      ['in parts, by the client', inParts],
    ] as const) {
      yield await line(bench, `${how}, disk`, size, {}, transfer);
      const s3 = await bench.s3(needed * 1.25);
      yield await line(bench, `${how}, S3`, size, s3.env, transfer);
      await s3.stop();
    }
  },
};

/** Sends a file to a URL; returns the SHA-256 of the sent bytes. */
type Transfer = (url: string, model: string, at: string, size: number) => Promise<string>;

async function line(
  bench: Bench,
  how: string,
  size: number,
  env: Readonly<Record<string, string>>,
  transfer: Transfer,
): Promise<Line> {
  const server = await bench.server(
    await bench.databases.create(`huge_${how.replace(/\W+/g, '_').toLowerCase()}`),
    env,
  );
  const files = await makeModel(server);
  const start = performance.now();
  const sent = await transfer(server.url, files.id, files('huge'), size);
  const between = performance.now();
  const hash = createHash('sha256');
  await get(files('huge'), size, (bytes) => void hash.update(bytes));
  const end = performance.now();
  const received = hash.digest('hex');
  if (received !== sent) throw new Error(`${how}: ${sent} went in, and ${received} came out`);
  const peak = peakOf(server.pid);
  await server.stop();
  const rate = (ms: number) => `${Math.round(ms / 1000)} s, ${Math.round(size / MiB / (ms / 1000))} MiB/s`;
  return {
    what: `${gigabytes(size)} in and out ${how}: the same SHA-256`,
    ours: `in ${rate(between - start)}; out ${rate(end - between)}`,
    baseline: '',
    ratios: [],
    note: `peak memory of the server ${Math.round(peak / 1e6)} MB`,
  };
}

const inOne: Transfer = async (_url, _model, at, size) => {
  const hash = createHash('sha256');
  function* hashed() {
    for (const piece of content(size)) {
      hash.update(piece);
      yield piece;
    }
  }
  const { sha256 } = JSON.parse(await put(at, size, hashed())) as { sha256: string };
  const sent = hash.digest('hex');
  if (sha256 !== sent) throw new Error(`${sent} was sent, and the server found ${sha256}`);
  return sent;
};

/** Sends a sparse file, which needs no disk space on the client. */
const inParts: Transfer = async (url, model, _at, size) => {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-bench-'));
  const path = join(folder, 'sparse');
  try {
    await makeSparse(path, size);
    const file = await new ModelBox({ baseUrl: url }).models.files.upload(model, 'huge', path);
    return file.sha256 ?? '';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function makeSparse(path: string, size: number): Promise<void> {
  writeFileSync(path, '');
  truncateSync(path, size);
  const file = await open(path, 'r+');
  for (let at = 0; at + MiB <= size; at += 64 * MiB) {
    await file.write(Buffer.concat([...content(MiB)]), 0, MiB, at);
  }
  await file.close();
}
