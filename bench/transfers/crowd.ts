import type { Bench, Line } from '../benchmark.ts';
import { content } from '../support/content.ts';
import { peakOf } from '../support/memory.ts';
import { get, put } from '../support/transfer.ts';
import { makeModel } from './model.ts';
import { gigabytes } from './sizes.ts';

const MEGABYTE = 1e6;
const ALLOWED = 300 * MEGABYTE;
const EACH = 8;

export async function crowd(
  bench: Bench,
  store: string,
  sizeBytes: number,
  env: Readonly<Record<string, string>>,
): Promise<Line> {
  const server = await bench.server(await bench.databases.create(`crowd_${store.toLowerCase()}`), env);
  const files = await makeModel(server);
  await put(files('there'), sizeBytes, content(sizeBytes));
  const before = peakOf(server.pid);
  const start = performance.now();
  let uploading = EACH;
  let downloads = 0;
  await Promise.all(
    Array.from({ length: EACH }, async (_, index) => {
      const up = put(files(`new-${index}`), sizeBytes, content(sizeBytes)).finally(() => uploading--);
      const down = async () => {
        // Downloads continue as long as an upload runs.
        for (; uploading > 0; downloads++) await get(files('there'), sizeBytes);
      };
      await Promise.all([up, down()]);
    }),
  );
  const seconds = Math.round((performance.now() - start) / 1000);
  const peak = peakOf(server.pid);
  await server.stop();
  return {
    what:
      `peak memory of the server, ${EACH} uploads and ${EACH} downloads of ${gigabytes(sizeBytes)} at ` +
      `once, ${store}`,
    ours: `${Math.round(peak / MEGABYTE)} MB`,
    baseline: `${ALLOWED / MEGABYTE} MB (allowed)`,
    ratios: [peak / ALLOWED],
    target: { atMost: 1 },
    note: `${downloads} downloads in ${seconds} s; ${Math.round(before / MEGABYTE)} MB before`,
  };
}
