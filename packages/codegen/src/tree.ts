import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../..', import.meta.url));
/** Folders with only generated files, from which obsolete files are removed. */
const OWNED = 'client/src/generated';

/** Lists the paths that differ on disk from `files` (path below `packages` to content), sorted. */
export async function drift(files: ReadonlyMap<string, string>): Promise<string[]> {
  const differing: string[] = [];
  for (const [path, text] of files) if ((await contentOf(path)) !== text) differing.push(path);
  const found = await readdir(join(packages, OWNED), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name).slice(packages.length).replaceAll('\\', '/');
    if (entry.isFile() && !files.has(path)) differing.push(path);
  }
  return differing.sort();
}

/** Writes `files` to the disk and returns the changed paths. */
export async function write(files: ReadonlyMap<string, string>): Promise<string[]> {
  const differing = await drift(files);
  for (const path of differing) {
    const target = join(packages, path);
    const text = files.get(path);
    if (text === undefined) {
      await rm(target);
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return differing;
}

const contentOf = (path: string) => readFile(join(packages, path), 'utf8').catch(() => undefined);
