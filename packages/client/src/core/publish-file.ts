import { nodeModule } from './node.ts';

/** Gives a file that is whole and on disk its name, beside which it was written. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const paths = nodeModule('path', 'Writing a file');
  await fs.rename(temporary, path);
  // The new name is on disk only with its folder; Windows cannot sync one, and does not need to.
  const folder = await fs.open(paths.dirname(path), 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
