import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ifThere, onDisk } from './disk-errors.ts';
import { directoryMode, syncDirectory } from './disk-layout.ts';
import { linkOrCopy } from './disk-link.ts';
import { moveInto } from './disk-move.ts';
import { type Attempt, attemptsIn, latestOf, nameOfPart } from './disk-parts.ts';
import { discard } from './disk-remove.ts';
import { type DiskWork, missing } from './disk-work.ts';
import { BlobPartsChanged } from './errors.ts';
import { newKey } from './key.ts';
import type { BlobPart, MultipartBlob } from './multipart.ts';
import { assertCanBeBlob, differing } from './part-rules.ts';

/**
 * Gathers the parts as hard links in a new directory and moves that to the place of the blob. No other writer knows
 * the directory, so a late put, even from another machine, cannot change the blob.
 */
export async function completeOnDisk(
  work: DiskWork,
  { key }: MultipartBlob,
  parts: readonly BlobPart[],
): Promise<void> {
  const { layout, underWay } = work;
  assertCanBeBlob(parts);
  const name = newKey();
  const gathered = layout.temporaryPathOf(name);
  underWay.add(name);
  underWay.add(key);
  try {
    if (!(await isComplete(work, key))) {
      const attempts = await findAttempts(work, key, parts);
      if (attempts) await gather(work, key, attempts, gathered);
    }
    await onDisk(syncDirectory(layout.directoryOf(key)));
    // If this fails, the blob exists nevertheless, and the sweep removes the rest of the upload.
    await discard(work, layout.uploadPathOf(key)).catch(() => {});
  } finally {
    await rm(gathered, { recursive: true, force: true }).catch(() => {});
    underWay.delete(key);
    underWay.delete(name);
  }
}

const isComplete = async ({ layout }: DiskWork, key: string): Promise<boolean> =>
  (await ifThere(lstat(layout.pathOf(key)))) !== undefined;

/** Returns `undefined` if another caller has just completed the blob. */
async function findAttempts(
  work: DiskWork,
  key: string,
  parts: readonly BlobPart[],
): Promise<Attempt[] | undefined> {
  const there = await attemptsIn(work.layout.uploadPathOf(key));
  if (!there) return (await isComplete(work, key)) ? undefined : missing(work.layout, key);
  const latest = latestOf(there);
  const changed = differing(
    parts,
    [...latest.values()].map((attempt) => ({ ...attempt, tag: attempt.sha256 })),
  );
  if (changed.length > 0) throw new BlobPartsChanged(changed);
  return [...latest.values()].sort((a, b) => a.number - b.number);
}

async function gather(work: DiskWork, key: string, attempts: readonly Attempt[], gathered: string) {
  const { layout } = work;
  await onDisk(mkdir(gathered, { mode: directoryMode }));
  for (const [index, { name, number, sizeBytes }] of attempts.entries()) {
    const part = join(gathered, nameOfPart(index + 1, attempts.length, sizeBytes));
    if (await ifThere(linkOrCopy(join(layout.uploadPathOf(key), name), part).then(() => true))) continue;
    if (await isComplete(work, key)) return;
    if (!(await ifThere(lstat(layout.uploadPathOf(key))))) await missing(layout, key);
    throw new BlobPartsChanged([number]);
  }
  await onDisk(syncDirectory(gathered));
  await onDisk(
    moveInto(layout, key, gathered).catch((error: unknown) => {
      // Another caller was first.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    }),
  );
}
