import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { completeOnDisk } from './disk-complete.ts';
import { ifThere, onDisk, toWrite } from './disk-errors.ts';
import { directoryMode, syncDirectory } from './disk-layout.ts';
import { type Attempt, attemptsIn, latestOf } from './disk-parts.ts';
import { putOnDisk } from './disk-put.ts';
import { discard } from './disk-remove.ts';
import { assertPresent, type DiskWork, missing } from './disk-work.ts';
import { newKey } from './key.ts';
import type { BlobPart, MultipartBlob, MultipartStore } from './multipart.ts';

export function createDiskMultipart(work: DiskWork): MultipartStore {
  const { layout } = work;
  return {
    begin: async () => {
      const key = newKey();
      await toWrite(mkdir(layout.uploadPathOf(key), { mode: directoryMode }));
      await onDisk(syncDirectory(layout.uploads));
      return { key, token: '' };
    },
    put: (blob, number, source, content, options = {}) =>
      putOnDisk(work, blob, { number, ...content }, source, options),
    list: (blob) => listParts(work, blob),
    complete: (blob, parts) => completeOnDisk(work, blob, parts),
    abort: async ({ key }) => {
      if (!(await discard(work, layout.uploadPathOf(key)))) await assertPresent(layout);
    },
  };
}

async function* listParts({ layout }: DiskWork, { key }: MultipartBlob): AsyncGenerator<BlobPart> {
  const directory = layout.uploadPathOf(key);
  const isComplete = (await ifThere(lstat(layout.pathOf(key)))) !== undefined;
  const attempts = (isComplete ? undefined : await attemptsIn(directory)) ?? (await missing(layout, key));
  for (const listed of [...latestOf(attempts).values()].sort((a, b) => a.number - b.number)) {
    let attempt: Attempt | undefined = listed;
    let part = await asPart(directory, attempt);
    // Another writer replaced the part, and may do so again.
    while (!part && attempt) {
      attempt = latestOf((await attemptsIn(directory, listed.number)) ?? (await missing(layout, key))).get(
        listed.number,
      );
      part = attempt && (await asPart(directory, attempt));
    }
    if (part) yield part;
  }
}

/** Returns `undefined` if the part no longer exists. */
async function asPart(directory: string, attempt: Attempt): Promise<BlobPart | undefined> {
  const { name, number, sizeBytes, sha256 } = attempt;
  const stat = await ifThere(lstat(join(directory, name)));
  return stat && { number, sizeBytes, sha256, writtenAt: stat.mtime, tag: sha256 };
}
