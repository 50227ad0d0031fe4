import { nodeModule } from '../core/node.ts';
import { sha256 } from '../core/sha256.ts';
import { openToUpdate, readBlocks, writeAll } from './file-blocks.ts';
import type { Gather } from './gather.ts';

/** Downloads a file sequentially, so that a partial file is always its beginning. */
export const fetchInOrder: Gather = ({ sizeBytes, open }, { content, journal }, { slots, signal, onBytes }) =>
  slots.run(async () => {
    // The partial file of a download in parts is not a beginning.
    const fs = nodeModule('fs/promises', 'Writing a file');
    const inParts = await fs.rm(journal).then(() => true, ignoreMissing);
    if (inParts) await fs.rm(content, { force: true });

    const file = await openToUpdate(content);
    try {
      const found = (await file.stat()).size;
      const before = found > sizeBytes ? 0 : found;
      await file.truncate(before);
      const hash = sha256();
      let at = 0;
      const pass = (bytes: Uint8Array) => {
        hash.update(bytes);
        at += bytes.byteLength;
        onBytes(at);
      };
      await readBlocks(file, 0, before, pass, signal);
      if (before < sizeBytes) {
        for await (const chunk of await open(before, sizeBytes - before, signal)) {
          await writeAll(file, chunk, at);
          pass(chunk);
        }
      }
      await file.sync();
      return { sha256: hash.hex(), continued: before > 0 };
    } finally {
      await file.close();
    }
  });

const ignoreMissing = (error: unknown): false => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
  throw error;
};
