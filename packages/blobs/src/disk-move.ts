import { rename } from 'node:fs/promises';
import { codeOf } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';

/** Moves what is finished to the place of a blob, at once; its entry there is not yet durable. */
export async function moveInto(layout: DiskLayout, key: string, path: string): Promise<void> {
  await layout.prepareDirectoryOf(key);
  try {
    await rename(path, layout.pathOf(key));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') layout.forgetDirectoryOf(key);
    throw error;
  }
}
