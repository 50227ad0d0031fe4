// Where things lie in the workspace, and the environment that its tools run in.

import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const binFolder = join(root, 'node_modules', 'node', 'bin');

/** The pinned Node, the program itself rather than the link to it. */
export const pinnedNode = join(binFolder, process.platform === 'win32' ? 'node.exe' : 'node');

/** Turborepo's launcher, to be run by the pinned Node. */
export const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');

/** Settings of npm that a nested package manager needs to reach the registry; all others are noise to it. */
const NPM_SETTINGS =
  /^npm_config_(registry|proxy|https?_?proxy|noproxy|no_proxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|store_dir|@.*|\/\/.*)$/i;

/**
 * The caller's environment without what npm adds for its scripts, with the pinned Node and the workspace's
 * tools first on the path and code compiled once kept for the next start.
 */
export function toolEnv(base = process.env) {
  const env = {};
  for (const [name, value] of Object.entries(base)) {
    if (!/^npm_/i.test(name) || NPM_SETTINGS.test(name)) env[name] = value;
  }
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const folders = [binFolder, join(root, 'node_modules', '.bin'), env[pathName]];
  env[pathName] = folders.filter(Boolean).join(delimiter);
  env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compile');
  Object.assign(env, { TURBO_TELEMETRY_DISABLED: '1', TURBO_PRINT_VERSION_DISABLED: '1', DO_NOT_TRACK: '1' });
  // A log read later is plain text.
  if (!process.stdout.isTTY && env.FORCE_COLOR === undefined) env.NO_COLOR ??= '1';
  return env;
}
