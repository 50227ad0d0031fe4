// The one entry of `npm start`, `npm test` and the like. It needs the machine's own Node >= 20 and npm,
// makes the workspace ready, and runs the task on the pinned Node.

import { join } from 'node:path';
import { runChild } from './child.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { pinnedNode, root, toolEnv } from './paths.mjs';

const script = (name) => [join(root, 'scripts', name)];
const server = join('apps', 'server', 'src', 'bin', 'modelbox-server.ts');

/** By task: whether it needs the generated database client first, and what runs on the pinned Node. */
const TASKS = {
  start: { generate: true, command: [server] },
  test: { generate: true, command: script('test.mjs') },
  bench: { generate: true, command: [join('bench', 'index.ts')] },
  dev: { generate: true, command: script('dev.mjs') },
  check: { generate: false, command: script('check.mjs') },
  generate: { generate: false, command: script('generate.mjs') },
};

process.exitCode = await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (!task) return fail(`usage: node scripts/run.mjs <${Object.keys(TASKS).join(' | ')}> [arguments]`);
  if (Number(process.versions.node.split('.')[0]) < 20) {
    return fail(`ModelBox needs Node 20 or newer to start; this is ${process.version}.`);
  }
  const notReady = await makeReady(task.generate);
  if (notReady) return notReady;

  const lifeline = new URL('lifeline.mjs', import.meta.url).href;
  const options = { cwd: root, env: toolEnv(), ipc: true };
  return (await runChild(pinnedNode, ['--import', lifeline, ...task.command, ...args], options)).code;
}

async function makeReady(generate) {
  if (isInstalled() && !generate) return 0;
  const lock = join(root, '.turbo', 'setup.lock');
  const onWait = () => process.stderr.write(`ModelBox: waiting for another start to finish its setup (${lock}) ...\n`);
  return withLock(lock, onWait, async () => {
    const failed = isInstalled() ? 0 : await install();
    return failed || !generate ? failed : await generateDatabaseClient();
  });
}

/** Turborepo skips it when nothing changed. What is generated and committed is made by `npm run generate`. */
async function generateDatabaseClient() {
  const args = [...script('generate.mjs'), '--filter=@modelbox/db', '--output-logs=errors-only'];
  const { code, output, signalled } = await runChild(pinnedNode, args, { cwd: root, env: toolEnv(), capture: true });
  if (code !== 0 && !signalled) process.stderr.write(`${output}\nModelBox: generating the database client failed.\n`);
  return code;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  return 2;
}
