import { nodeModule } from './node.ts';

/** Renames a complete file on disk from its temporary name to its final name. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  const fs = nodeModule('fs/promises', 'Writing a file');
  const paths = nodeModule('path', 'Writing a file');
  await fs.rename(temporary, path);
  // The rename is durable only after a sync of the folder. Windows neither supports nor needs that.
  const folder = await fs.open(paths.dirname(path), 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
