import { idempotencyKey } from './idempotency-key.ts';
import { nodeModule } from './node.ts';

/**
 * Writes `chunks` to `temporary`, beside `path`, brings them to disk, and only then gives them the name. Fails as
 * `node:fs` does.
 */
export async function toFile(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  temporary = `${path}.${idempotencyKey().slice(0, 12)}.part`,
): Promise<void> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const paths = nodeModule('path', 'Writing a file');
  const file = await fs.open(temporary, 'wx');
  try {
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  // The new name is on disk only with its folder; Windows cannot sync one, and does not need to.
  const folder = await fs.open(paths.dirname(path), 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
