import type { Dirent } from 'node:fs';
import { ModelBoxError } from '../core/errors.ts';
import { nodeModule } from '../core/node.ts';
import type { PushItem } from './options.ts';
import { isTemporaryName } from './temporary.ts';

/**
 * Lists the files below a folder with their relative paths, hidden files included. Leaves out empty folders and the
 * remains of a killed pull.
 *
 * A symbolic link to a file in the folder stands for that file. Any other link (out of the folder, to a folder,
 * broken) and anything that is not a file throw `ModelBoxError`, because leaving them out silently would lose a file.
 */
export async function folderItems(folder: string): Promise<PushItem[]> {
  const fs = nodeModule('fs/promises', 'Pushing a folder');
  const paths = nodeModule('path', 'Pushing a folder');
  const root = await fs.realpath(folder);
  const items: PushItem[] = [];

  async function walk(below: readonly string[]): Promise<void> {
    for (const entry of await fs.readdir(paths.join(root, ...below), { withFileTypes: true })) {
      const parts = [...below, entry.name];
      const source = paths.join(root, ...parts);
      if (await isNotUtf8(entry.name, source))
        throw new ModelBoxError(`${source} has a name that is not UTF-8`);
      if (entry.isDirectory()) await walk(parts);
      else if (isTemporaryName(entry.name)) continue;
      else if (await isPushable(entry, source)) items.push({ path: parts.join('/'), source });
      else throw new ModelBoxError(`${source} is neither a file nor a link to a file in the folder`);
    }
  }

  /** If a name is not UTF-8, the text that Node shows does not name a file. */
  async function isNotUtf8(name: string, path: string): Promise<boolean> {
    if (!name.includes('\ufffd')) return false;
    return fs.lstat(path).then(
      () => false,
      () => true,
    );
  }

  async function isPushable(entry: Dirent, path: string): Promise<boolean> {
    return entry.isFile() || (entry.isSymbolicLink() && (await staysInside(path)));
  }

  async function staysInside(link: string): Promise<boolean> {
    const target = await fs.realpath(link).catch(() => undefined);
    return target?.startsWith(root + paths.sep) === true && (await fs.stat(target)).isFile();
  }

  await walk([]);
  if (items.length === 0) throw new ModelBoxError(`The folder ${folder} is empty: it has no file to push`);
  return items;
}
