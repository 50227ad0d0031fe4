import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './process.ts';

const root = join(import.meta.dirname, '..', '..');
const migrations = 'prisma/migrations';
const functions = 'prisma/functions';

/** A commit of the code as it was before the newest migrations and functions; or why there is none. */
export type EarlierCode =
  | { readonly commit: string; readonly unknown: readonly string[] }
  | { reason: string };

/**
 * Finds the last commit that lacks the newest migration or has another text of a function: `HEAD` if that change is not
 * committed, otherwise the parent of the commit that made it. A shallow clone may lack that parent, and an unpacked
 * archive has no history.
 */
export function findEarlierCode(): EarlierCode {
  const here = foldersOf(readdirSync(join(root, migrations)));
  const committed = git('ls-tree', '--name-only', `HEAD:${migrations}`);
  if (committed === undefined) return { reason: 'this is no git clone' };
  const isCommitted =
    here.every((name) => committed.includes(name)) &&
    git('status', '--porcelain', '--', functions)?.length === 0;
  const adding = newest(
    git('log', '-1', '--format=%H', '--diff-filter=A', '--', migrations)?.[0],
    git('log', '-1', '--format=%H', '--', functions)?.[0],
  );
  const commit = git('rev-parse', '--verify', '--quiet', isCommitted ? `${adding}^` : 'HEAD')?.[0];
  const known = commit && git('ls-tree', '--name-only', `${commit}:${migrations}`);
  if (!commit || !known)
    return { reason: 'the clone is too shallow to have the code before the newest migration or function' };
  return { commit, unknown: here.filter((name) => !known.includes(name)) };
}

/**
 * Unpacks the code of a commit, with the packages that are installed here.
 * @returns its root folder.
 */
export function unpackCode(commit: string): string {
  const folder = newFolder();
  run('sh', ['-c', `git -C '${root}' archive ${commit} | tar -x -C '${folder}'`], root);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const workspace of ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(folder, parent)).map((name) => join(parent, name)),
  )) {
    const installed = join(root, workspace, 'node_modules');
    if (!existsSync(installed)) continue;
    // The links are relative: links to other workspaces lead to the code of that commit.
    mkdirSync(join(folder, workspace), { recursive: true });
    cpSync(installed, join(folder, workspace, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  }
  run(process.execPath, ['scripts/generate.mjs'], join(folder, 'packages/db'));
  return folder;
}

/** Of two commits the one that contains the other. */
const newest = (one: string | undefined, other: string | undefined): string =>
  [one, other].find(
    (each) =>
      each &&
      git('merge-base', '--is-ancestor', one ?? each, each) &&
      git('merge-base', '--is-ancestor', other ?? each, each),
  ) ?? 'HEAD';

const foldersOf = (names: readonly string[]) => names.filter((name) => /^\d{14}_/.test(name));

function git(...args: string[]): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter(Boolean) : undefined;
}

function run(command: string, args: string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
