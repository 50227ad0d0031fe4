// Runs the server and restarts it if its code changes. Regenerates code if the sources of generated code change.
// Arguments: the server's entry point, then arguments of the server.

import { watch } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { root, toolEnv, turbo } from './paths.mjs';

const SOURCES = ['prisma/schema', 'packages/schema/src'];
/** Milliseconds to wait for further writes, because editors save in several steps. */
const DEBOUNCE_MS = 200;

const options = { cwd: root, env: toolEnv() };
let timer;
let running = Promise.resolve();

function regenerate() {
  const args = [turbo, 'run', 'generate', '--output-logs=errors-only'];
  running = running.then(async () => {
    const { code, output, signalled } = await runChild(process.execPath, args, { ...options, capture: true });
    if (!signalled) process.stderr.write(code === 0 ? 'ModelBox: generated code is up to date\n' : output);
  });
}

const watchers = SOURCES.map((folder) =>
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(regenerate, DEBOUNCE_MS);
  }),
);

const server = await runChild(
  process.execPath,
  ['--watch', '--watch-preserve-output', ...process.argv.slice(2)],
  options,
);
clearTimeout(timer);
for (const watcher of watchers) watcher.close();
process.exitCode = server.code;
