import type { FileHandle } from 'node:fs/promises';
import { inParallel } from '../core/in-parallel.ts';
import { PARALLEL, PART_SIZE } from '../core/part-options.ts';
import { sha256 } from '../core/sha256.ts';
import type { FetchOptions, WholeFile } from '../core/whole-file.ts';
import { commit } from './commit.ts';
import { openToUpdate, readBlocks, writeAll } from './file-blocks.ts';
import { frontier } from './frontier.ts';
import type { Gather } from './gather.ts';
import { type Journal, openJournal } from './journal.ts';

/**
 * Downloads a file in parallel parts, in any order, each written at its offset. The gapless start is hashed once as
 * it grows, mostly while its pages are still in memory.
 */
export const fetchInParts: Gather = async (file, partial, options) => {
  const content = await openToUpdate(partial.content);
  try {
    const isNew = (await content.stat()).size !== file.sizeBytes;
    if (isNew) await content.truncate(file.sizeBytes);
    const { sizeBytes, sha256: expected } = file;
    const head = { sizeBytes, sha256: expected, partSize: options.partSize ?? PART_SIZE };
    const journal = await openJournal(partial.journal, head, isNew);
    try {
      return { sha256: await gather(file, content, journal, options), continued: journal.done.size > 0 };
    } finally {
      await journal.close();
    }
  } finally {
    await content.close();
  }
};

async function gather(
  { sizeBytes, open }: WholeFile,
  content: FileHandle,
  journal: Journal,
  { parallel = PARALLEL, slots, signal, onBytes }: FetchOptions,
): Promise<string> {
  const { partSize, done } = journal;
  const count = Math.ceil(sizeBytes / partSize);
  const endOf = (part: number) => Math.min(sizeBytes, (part + 1) * partSize);
  const whole = frontier(done);
  const hash = sha256();
  const disk = commit(content, journal);
  const behind: Promise<void>[] = [];
  let bytes = [...done].reduce((sum, part) => sum + endOf(part) - part * partSize, 0);
  onBytes(bytes);

  async function hashAll(given: AbortSignal): Promise<void> {
    for (let parts = 0; parts < count; ) {
      const reached = await whole.beyond(parts, given);
      await readBlocks(content, parts * partSize, endOf(reached - 1), (block) => hash.update(block), given);
      parts = reached;
    }
    await disk.end();
    await content.sync();
  }

  async function fetchPart(part: number, given: AbortSignal): Promise<void> {
    // Limits how far the disk may fall behind, which is also the most that a kill loses.
    while (behind.length >= parallel) await behind.shift();
    let at = part * partSize;
    await slots.run(async () => {
      for await (const chunk of await open(at, endOf(part) - at, given)) {
        await writeAll(content, chunk, at);
        at += chunk.byteLength;
        bytes += chunk.byteLength;
        onBytes(bytes);
      }
    });
    behind.push(disk.add(part));
    whole.add(part);
  }

  function* tasks() {
    yield hashAll;
    for (let part = 0; part < count; part += 1) {
      if (!done.has(part)) yield (given: AbortSignal) => fetchPart(part, given);
    }
  }
  try {
    await inParallel(tasks(), { concurrency: parallel + 1, signal }, (task, given) => task(given));
  } finally {
    await disk.end().catch(() => {});
  }
  return hash.hex();
}
