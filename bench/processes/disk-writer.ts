// Creates content in memory, hashes it, writes it to a file and waits for the disk. Hashes one MiB while the previous
// one is written.

import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { content } from '../support/content.ts';
import { serveParent } from './parent.ts';

serveParent(({ folder, sizeBytes }: { folder: string; sizeBytes: number }) => {
  const path = join(folder, 'written');
  const run = async () => {
    const start = performance.now();
    const hash = createHash('sha256');
    const file = await open(path, 'w');
    let writing: Promise<unknown> = Promise.resolve();
    for (const piece of content(sizeBytes)) {
      hash.update(piece);
      await writing;
      writing = file.write(piece);
    }
    await writing;
    hash.digest();
    await file.sync();
    await file.close();
    const seconds = (performance.now() - start) / 1000;
    await rm(path);
    return { count: sizeBytes / 2 ** 20, seconds };
  };
  return Promise.resolve({ url: '', run });
});
