import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import { isTemporaryName, temporaryName } from './temporary.ts';

const NEED = 'Pulling into a folder';

/**
 * Makes the folders that the paths need, and removes from them what an earlier pull left, but for the names in `keep`.
 * Tells whether there is any of those. Throws where a folder is in the place of a file, or the other way round.
 */
export async function prepareFolders(
  root: string,
  paths: readonly string[],
  keep: ReadonlySet<string>,
): Promise<boolean> {
  const fs = nodeModule('fs/promises', NEED);
  const disk = nodeModule('path', NEED);
  const wanted = new Set(paths);
  let isLeft = false;
  const folders = new Set(['', ...paths.flatMap(parentsOf)]);
  for (const folder of [...folders].sort()) {
    const at = disk.join(root, folder);
    if (folder !== '') await fs.mkdir(at).catch(ignoreExisting);
    // Content from a server is never written through a link to somewhere else.
    if (folder !== '' && !(await fs.lstat(at)).isDirectory())
      throw new ModelBoxError(`${at} is not a folder`);
    for (const entry of await fs.readdir(at, { withFileTypes: true })) {
      const { name } = entry;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (wanted.has(path) && entry.isDirectory())
        throw new ModelBoxError(`${disk.join(at, name)} is a folder, where a file is to be`);
      if (!isTemporaryName(name) || wanted.has(path)) continue;
      if (keep.has(disk.join(at, name))) isLeft = true;
      else await fs.rm(disk.join(at, name), { force: true });
    }
  }
  return isLeft;
}

/** True where the file system takes `a` and `A` for the same name. */
export async function ignoresCase(root: string): Promise<boolean> {
  const fs = nodeModule('fs/promises', NEED);
  const paths = nodeModule('path', NEED);
  const name = temporaryName();
  await fs.writeFile(paths.join(root, name), '');
  try {
    return await fs.stat(paths.join(root, name.toUpperCase())).then(
      () => true,
      () => false,
    );
  } finally {
    await fs.rm(paths.join(root, name), { force: true });
  }
}

/** `a/b/c` → `a`, `a/b`. */
const parentsOf = (path: string): string[] => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
