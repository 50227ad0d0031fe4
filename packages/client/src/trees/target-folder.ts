import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import { isTemporaryName, temporaryName } from './temporary.ts';

const NEED = 'Pulling into a folder';

/**
 * Creates the folders of the paths, and removes from them the remains of an earlier pull, except for the names in
 * `keep`. Returns whether any of those exist. Throws if a folder is in the place of a file, or a file in that of a
 * folder.
 */
export async function prepareFolders(
  root: string,
  paths: readonly string[],
  keep: ReadonlySet<string>,
): Promise<boolean> {
  const disk = nodeModule('path', NEED);
  const wanted = new Set(paths);
  let isLeft = false;
  const folders = new Set(['', ...paths.flatMap(parentsOf)]);
  for (const folder of [...folders].sort()) {
    if (folder !== '') await makeFolder(disk.join(root, folder));
    if (await clearFolder({ root, folder }, wanted, keep)) isLeft = true;
  }
  return isLeft;
}

async function makeFolder(at: string): Promise<void> {
  const fs = nodeModule('fs/promises', NEED);
  await fs.mkdir(at).catch(ignoreExisting);
  // Content of a server must never be written through a link to another place.
  if (!(await fs.lstat(at)).isDirectory()) throw new ModelBoxError(`${at} is not a folder`);
}

/**
 * Removes the remains of an earlier pull from one folder, except for the names in `keep`. Returns whether any of those
 * exist there. Throws if a folder is in the place of a file.
 */
async function clearFolder(
  { root, folder }: { readonly root: string; readonly folder: string },
  wanted: ReadonlySet<string>,
  keep: ReadonlySet<string>,
): Promise<boolean> {
  const fs = nodeModule('fs/promises', NEED);
  const disk = nodeModule('path', NEED);
  const at = disk.join(root, folder);
  let isLeft = false;
  for (const entry of await fs.readdir(at, { withFileTypes: true })) {
    const { name } = entry;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (wanted.has(path) && entry.isDirectory())
      throw new ModelBoxError(`${disk.join(at, name)} is a folder, but the pull needs a file there`);
    if (!isTemporaryName(name) || wanted.has(path)) continue;
    if (keep.has(disk.join(at, name))) isLeft = true;
    else await fs.rm(disk.join(at, name), { force: true });
  }
  return isLeft;
}

/** True if the file system treats `a` and `A` as the same name. */
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
