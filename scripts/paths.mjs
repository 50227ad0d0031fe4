// Paths of the workspace, and the environment of its tools.

import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const binFolder = join(root, 'node_modules', 'node', 'bin');

/** The pinned Node binary itself, not the link to it. */
export const pinnedNode = join(binFolder, process.platform === 'win32' ? 'node.exe' : 'node');

export const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');

/** The npm settings that a nested package manager needs to reach the registry. */
const NPM_SETTINGS =
  /^npm_config_(registry|proxy|https?_?proxy|noproxy|no_proxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|store_dir|@.*|\/\/.*)$/i;

/**
 * Returns the caller's environment without the variables that npm adds for scripts. The pinned Node and the workspace's
 * tools come first in PATH, and compiled code is cached for the next start.
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
  // Logs in files contain no colours.
  if (!process.stdout.isTTY && env.FORCE_COLOR === undefined) env.NO_COLOR ??= '1';
  return env;
}
