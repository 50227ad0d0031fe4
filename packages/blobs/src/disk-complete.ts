import { constants, copyFile, link, lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, ifThere, onDisk } from './disk-errors.ts';
import { directoryMode, syncDirectory } from './disk-layout.ts';
import { moveInto } from './disk-move.ts';
import { type Attempt, attemptsIn, latestOf, nameOfPart } from './disk-parts.ts';
import { discard } from './disk-remove.ts';
import { type DiskWork, missing } from './disk-work.ts';
import { BlobPartsChanged } from './errors.ts';
import { newKey } from './key.ts';
import type { BlobPart, MultipartBlob } from './multipart.ts';
import { assertCanBeBlob, differing } from './part-rules.ts';

/**
 * Gathers the parts as hard links in a directory that no other writer knows, and moves that to the blob's place. So
 * nobody who still puts a part, were it from another machine that has not heard of it yet, can touch the blob.
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
    // If this fails the blob is there all the same; the sweep finds what is left of the upload.
    await discard(work, layout.uploadPathOf(key)).catch(() => {});
  } finally {
    await rm(gathered, { recursive: true, force: true }).catch(() => {});
    underWay.delete(key);
    underWay.delete(name);
  }
}

const isComplete = async ({ layout }: DiskWork, key: string): Promise<boolean> =>
  (await ifThere(lstat(layout.pathOf(key)))) !== undefined;

/** `undefined` if somebody else completed the blob this moment. */
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
      // Somebody else was first.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    }),
  );
}

/** What filesystems without hard links say of one, and those across two filesystems or with too many already. */
const cannotLink = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

/** The same content under a second name, durable but for its entry. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!cannotLink.has(codeOf(error) ?? '')) throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const file = await open(to, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
