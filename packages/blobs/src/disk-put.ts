import { lstat, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, onDisk, toWrite } from './disk-errors.ts';
import { syncDirectory } from './disk-layout.ts';
import { attemptsIn, latestOf, nameOfAttempt } from './disk-parts.ts';
import { type DiskWork, missing } from './disk-work.ts';
import { fill } from './disk-write.ts';
import { BlobStoreUnavailable } from './errors.ts';
import { newKey } from './key.ts';
import type { BlobPart, MultipartBlob, PartContent, PutPartOptions } from './multipart.ts';
import { assertPartContent, assertPartNumber } from './part-rules.ts';
import type { BlobSource } from './source.ts';

type NumberedContent = PartContent & { readonly number: number };

/** Writes a part like a blob: temporary file, fsync, rename into the directory of the upload. */
export async function putOnDisk(
  work: DiskWork,
  { key }: MultipartBlob,
  content: NumberedContent,
  source: BlobSource,
  { signal }: PutPartOptions,
): Promise<BlobPart> {
  const { layout, buffers, underWay } = work;
  assertPartNumber(content.number);
  assertPartContent(content);
  const name = newKey();
  const path = layout.temporaryPathOf(name);
  underWay.add(name);
  underWay.add(key);
  try {
    await assertOpen(work, key);
    const file = await toWrite(open(path, 'wx', 0o600));
    await fill(file, buffers, source, { expect: content, signal });
    const { mtime } = await onDisk(lstat(path));
    signal?.throwIfAborted();
    await assertOpen(work, key);
    await publish(work, key, content, path);
    const { number, sizeBytes, sha256 } = content;
    return { number, sizeBytes, sha256, writtenAt: mtime, tag: sha256 };
  } finally {
    await unlink(path).catch(() => {});
    underWay.delete(key);
    underWay.delete(name);
  }
}

/** @throws BlobNotFound if the blob accepts no more parts. */
async function assertOpen({ layout }: DiskWork, key: string): Promise<void> {
  const upload = await ifThere(lstat(layout.uploadPathOf(key)));
  // A crash can leave the directory of a completed blob.
  if (!upload || (await ifThere(lstat(layout.pathOf(key))))) await missing(layout, key);
}

/** Publishes a part durably. Equal content has the same name and replaces the earlier file. */
async function publish(work: DiskWork, key: string, content: NumberedContent, path: string): Promise<void> {
  const { layout } = work;
  const { number, sizeBytes, sha256 } = content;
  const directory = layout.uploadPathOf(key);
  const before = (await attemptsIn(directory, number)) ?? (await missing(layout, key));
  const latest = latestOf(before).get(number);
  const generation = (latest?.generation ?? 0) + (latest?.sha256 === sha256 ? 0 : 1);
  const name = nameOfAttempt({ number, generation, sizeBytes, sha256 });
  if (!(await ifThere(rename(path, join(directory, name)).then(() => true)))) {
    await assertOpen(work, key);
    throw new BlobStoreUnavailable(`the temporary file of part ${number} has disappeared`);
  }
  // The blob was completed or aborted meanwhile, which removed the directory.
  if (!(await ifThere(syncDirectory(directory).then(() => true)))) await missing(layout, key);
  // Parts that others put meanwhile are theirs to remove, or go with the directory.
  for (const replaced of before.filter((one) => one.name !== name)) {
    await unlink(join(directory, replaced.name)).catch(() => {});
  }
}
