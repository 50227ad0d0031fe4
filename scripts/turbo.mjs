// Turborepo as this workspace runs it: no daemon, no telemetry, no banner, its own launcher bypassed by none.

import { join } from 'node:path';
import { runChild } from './child.mjs';
import { pinnedNode, root, toolEnv } from './paths.mjs';

/** Runs turbo tasks. @param {string[]} args @returns {Promise<number>} its exit code */
export async function turbo(args) {
  const launcher = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  const env = { ...toolEnv(), TURBO_NO_UPDATE_NOTIFIER: '1', TURBO_PRINT_VERSION_DISABLED: '1' };
  return (await runChild(pinnedNode, [launcher, 'run', ...args], { cwd: root, env })).code;
}
