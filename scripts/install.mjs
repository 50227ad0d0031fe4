// Installs the packages of the lockfile. If they are installed already, this costs one hash.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { pinnedNode, root, toolEnv } from './paths.mjs';

const installedFile = join(root, 'node_modules', '.cache', 'installed');

/** Whether the installed packages match the lockfile and the manifests on this machine. */
export function isInstalled() {
  if (!existsSync(pinnedNode) || !existsSync(installedFile)) return false;
  return readFileSync(installedFile, 'utf8') === wanted() && workspaces().every(hasItsPackages);
}

/** A replaced workspace folder has lost its node_modules, although no manifest changed. */
function hasItsPackages(folder) {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  );
  return (!dependencies && !devDependencies) || existsSync(join(root, folder, 'node_modules'));
}

/** Installs with the pinned pnpm. @returns {Promise<number>} 0, or the exit code after printing the reason */
export async function install() {
  const fresh = !existsSync(pinnedNode);
  const note = fresh ? ' (the first time takes about a minute)' : '';
  process.stderr.write(`ModelBox: installing packages${note} ...\n`);
  const started = Date.now();
  const installed = wanted();
  rmSync(installedFile, { force: true });

  const [file, ...args] = pnpmCommand();
  const result = await runChild(file, args, {
    cwd: root,
    env: installEnv(),
    capture: true,
    signalGroup: true,
  });
  if (result.signalled) return result.signalled;
  if (result.code !== 0 || !existsSync(pinnedNode)) {
    process.stderr.write(`\n${result.output}\n${advice(result.output)}\n`);
    return result.code || 1;
  }
  mkdirSync(dirname(installedFile), { recursive: true });
  writeFileSync(installedFile, installed);
  process.stderr.write(`ModelBox: packages installed in ${Math.ceil((Date.now() - started) / 1000)} s\n`);
  return 0;
}

/**
 * Hash of everything that an installation depends on, including the root folder, which pnpm records in node_modules.
 */
function wanted() {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([root, process.platform, process.arch]));
  const manifests = ['.', ...workspaces()].map((folder) => join(folder, 'package.json'));
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

function workspaces() {
  return ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .sort()
      .map((name) => join(parent, name))
      .filter((folder) => existsSync(join(root, folder, 'package.json'))),
  );
}

function pnpmCommand() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const npmCli = process.env.npm_execpath ?? '';
  const npx = npmCli.endsWith('npm-cli.js')
    ? [process.execPath, npmCli, 'exec']
    : [process.platform === 'win32' ? 'npx.cmd' : 'npx'];
  // No terminal is attached, so pnpm must not ask whether it may replace an older node_modules.
  const args = ['install', '--frozen-lockfile', '--prod=false', '--config.confirm-modules-purge=false'];
  return [...npx, '--yes', `--package=${packageManager}`, '--', 'pnpm', ...args];
}

function installEnv() {
  const env = { ...toolEnv(), npm_config_update_notifier: 'false' };
  // With NODE_ENV=production, pnpm would omit the development tools, such as the pinned Node.
  delete env.NODE_ENV;
  return env;
}

function advice(output) {
  if (/ERR_PNPM_OUTDATED_LOCKFILE/.test(output)) {
    return 'ModelBox: a package.json was changed without its lockfile. Run `npx pnpm install` and commit both.';
  }
  if (
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_PNPM_META_FETCH|CERT|E40[137]/.test(output)
  ) {
    return (
      'ModelBox: the packages could not be downloaded (output above). Check that `npm ping` works here;\n' +
      'behind a proxy or a private registry, set `registry`, `proxy` and `cafile` in ~/.npmrc, then start again.'
    );
  }
  if (/ENOSPC/.test(output)) return 'ModelBox: the disk is full. Free about 1 GB, then start again.';
  if (/EACCES|EPERM/.test(output)) {
    return `ModelBox: a file cannot be written. Make sure that ${root} belongs to you, then start again.`;
  }
  return (
    'ModelBox: installing the packages failed (output above). Start again; if it fails the same way,\n' +
    'delete node_modules first.'
  );
}
