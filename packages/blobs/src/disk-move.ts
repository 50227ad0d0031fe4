import { rename } from 'node:fs/promises';
import { codeOf } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';

/**
 * Moves a finished file or directory to the place of a blob. The move is atomic, but its directory entry is not
 * durable yet.
 */
export async function moveInto(layout: DiskLayout, key: string, path: string): Promise<void> {
  await layout.prepareDirectoryOf(key);
  try {
    await rename(path, layout.pathOf(key));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') layout.forgetDirectoryOf(key);
    throw error;
  }
}
