// The entry of `npm start`, `npm test` and the other commands. It needs Node >= 20 and npm of the machine, prepares the
// workspace, and runs the task with the pinned Node.

import { join } from 'node:path';
import { runChild } from './child.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { pinnedNode, root, toolEnv, turbo } from './paths.mjs';

const bin = (name) => `apps/server/src/bin/modelbox-${name}.ts`;
const biome = 'node_modules/@biomejs/biome/bin/biome';
const pnpm = 'node_modules/pnpm/bin/pnpm.cjs';
const vitest = 'node_modules/vitest/vitest.mjs';
const reporter = '--reporter=./scripts/closing-line.mjs';
const shown = (args) => (args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default']);

const ROOT_GENERATORS = ['//#generate:docs', '//#generate:functions'];

/** Each task with its command for the pinned Node, and whether it needs the database client. */
const TASKS = {
  start: { client: true, command: (args) => [bin('server'), ...args] },
  dev: { client: true, command: (args) => ['scripts/dev.mjs', bin('server'), ...args] },
  backup: { client: true, command: (args) => [bin('backup'), ...args] },
  restore: { client: true, command: (args) => [bin('restore'), ...args] },
  migrate: { client: true, command: (args) => [bin('migrate'), ...args] },
  verify: { client: true, command: (args) => [bin('verify'), ...args] },
  test: { client: true, command: (args) => [vitest, 'run', ...shown(args), reporter, ...args] },
  bench: { client: true, command: (args) => ['bench/index.ts', ...args] },
  check: { client: false, command: (args) => ['scripts/check.mjs', ...args] },
  // Lists known vulnerabilities of the dependencies that users run. It asks the registry, so `check` does not include
  // it.
  audit: { client: false, command: (args) => [pnpm, 'audit', '--prod', ...args] },
  fix: { client: false, command: (args) => [biome, 'check', '--write', ...args] },
  generate: { client: false, command: (args) => [turbo, 'run', 'generate', ...ROOT_GENERATORS, ...args] },
};

process.exitCode = await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (!task) return fail(`usage: node scripts/run.mjs <${Object.keys(TASKS).join(' | ')}> [arguments]`);
  if (Number(process.versions.node.split('.')[0]) < 20) {
    return fail(`ModelBox needs Node 20 or newer to start; this is ${process.version}.`);
  }
  const notReady = await makeReady(task.client);
  if (notReady) return notReady;

  const lifeline = new URL('lifeline.mjs', import.meta.url).href;
  const options = { cwd: root, env: toolEnv(), ipc: true };
  return (await runChild(pinnedNode, ['--import', lifeline, ...task.command(args)], options)).code;
}

async function makeReady(client) {
  if (isInstalled() && !client) return 0;
  const lock = join(root, '.turbo', 'setup.lock');
  const onWait = () =>
    process.stderr.write(`ModelBox: waiting for another start to finish its setup (${lock}) ...\n`);
  return withLock(lock, onWait, async () => {
    const failed = isInstalled() ? 0 : await install();
    return failed || !client ? failed : await generateDatabaseClient();
  });
}

/** Turborepo skips this if nothing changed. `npm run generate` writes the generated code that is committed. */
async function generateDatabaseClient() {
  const args = [turbo, 'run', 'generate', '--filter=@modelbox/db', '--output-logs=errors-only'];
  const { code, output, signalled } = await runChild(pinnedNode, args, {
    cwd: root,
    env: toolEnv(),
    capture: true,
  });
  if (code !== 0 && !signalled)
    process.stderr.write(`${output}\nModelBox: generating the database client failed.\n`);
  return signalled || code;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  return 2;
}
