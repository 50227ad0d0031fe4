import { idempotencyKey } from './idempotency-key.ts';
import { nodeModule } from './node.ts';
import { publishFile } from './publish-file.ts';

/**
 * Writes `chunks` to another name beside `path`, brings them to disk, and only then gives them the name. Fails as
 * `node:fs` does.
 */
export async function toFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const paths = nodeModule('path', 'Writing a file');
  // Short, so that it fits wherever the file's own name does; and no name that a pull takes for its own.
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
