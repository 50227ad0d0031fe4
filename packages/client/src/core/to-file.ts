import { idempotencyKey } from './idempotency-key.ts';
import { nodeModule } from './node.ts';
import { publishFile } from './publish-file.ts';

/** Writes `chunks` to a temporary file beside `path`, syncs it to disk, and then renames it. Fails like `node:fs`. */
export async function toFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const paths = nodeModule('path', 'Writing a file');
  // Short enough to fit wherever the file name fits, and different from the temporary names of a pull.
  const name = `.modelbox-file-${idempotencyKey().slice(0, 12)}.part`;
  const temporary = paths.join(paths.dirname(path), name);
  const file = await fs.open(temporary, 'wx');
  try {
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await publishFile(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}
