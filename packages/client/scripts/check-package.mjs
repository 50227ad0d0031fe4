// Tests the packed package: it passes the package linters, its types compile in strict projects with and without the
// types of Node, and it works on this Node and on that of the machine.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const root = join(here, '../..');
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const work = mkdtempSync(join(tmpdir(), 'modelbox-client-'));
try {
  checkPackage();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function checkPackage() {
  run('packing', join(root, 'node_modules/.bin/pnpm'), ['pack', '--pack-destination', work]);
  const tarball = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz')),
  );
  run('publint', join(here, 'node_modules/.bin/publint'), ['run', tarball, '--strict']);
  const quiet = ['--no-emoji', '--no-color', '--format', 'ascii'];
  run('arethetypeswrong', join(here, 'node_modules/.bin/attw'), [tarball, '--profile', 'esm-only', ...quiet]);

  const consumer = join(work, 'consumer');
  const installed = join(consumer, 'node_modules/@modelbox/client');
  cpSync(join(here, 'test/consumer'), consumer, { recursive: true });
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
  mkdirSync(installed, { recursive: true });
  run('unpacking', 'tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  // The types of Node with their dependencies.
  const types = fileURLToPath(new URL('../..', import.meta.resolve('@types/node/package.json')));
  cpSync(types, join(consumer, 'node_modules'), { recursive: true, dereference: true });
  for (const project of ['tsconfig.node.json', 'tsconfig.browser.json']) {
    run(`types (${project})`, process.execPath, [tsc, '-p', join(consumer, project)]);
  }
  for (const node of nodes()) run(`use on ${node}`, node, [join(consumer, 'smoke.mjs')]);
}

/** This Node, and the first other one on the path. */
function nodes() {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const found = folders
    .map((folder) => join(folder, 'node'))
    .find((node) => spawnSync(node, ['-v']).status === 0);
  return [...new Set([process.execPath, ...(found ? [found] : [])])];
}

function run(what, command, args) {
  const { status, error } = spawnSync(command, args, { cwd: here, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${what} failed${error ? `: ${error.message}` : ''}`);
}
