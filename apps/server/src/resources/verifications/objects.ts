import { BlobNotFound, type BlobStat } from '@modelbox/blobs';
import { knownKeys } from '../../content/copies/known-keys.ts';
import type { ObjectFinding, Verified } from './records.ts';
import type { Tally } from './tally.ts';

const BATCH = 500;
/** Milliseconds within which an upload commits its content. Younger objects are no findings. */
const YOUNG = 60_000;

export async function* findUnknownObjects(
  ctx: Verified,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<ObjectFinding, void> {
  const before = tally.startedAt.getTime() - YOUNG;
  let batch: BlobStat[] = [];
  for await (const object of ctx.blobs.list()) {
    signal.throwIfAborted();
    tally.objects += 1;
    batch.push(object);
    if (batch.length < BATCH) continue;
    yield* unknown(ctx, tally, batch, before);
    batch = [];
  }
  yield* unknown(ctx, tally, batch, before);
}

async function* unknown(
  ctx: Verified,
  tally: Tally,
  batch: readonly BlobStat[],
  before: number,
): AsyncGenerator<ObjectFinding, void> {
  const known = await knownKeys(ctx, batch);
  const suspects = batch.filter(({ key, writtenAt }) => !known.has(key) && writtenAt.getTime() < before);
  for (const { key, sizeBytes, writtenAt } of suspects) {
    // An object that was removed meanwhile, with its row, is no finding.
    if (await isGone(ctx, key)) continue;
    tally.findings.unknown_object += 1;
    tally.unknownBytes += sizeBytes;
    yield { type: 'finding', fault: 'unknown_object', key, sizeBytes, writtenAt: writtenAt.toISOString() };
  }
}

const isGone = ({ blobs }: Verified, key: string): Promise<boolean> =>
  blobs.stat(key).then(
    () => false,
    (error: unknown) => {
      if (error instanceof BlobNotFound) return true;
      throw error;
    },
  );
