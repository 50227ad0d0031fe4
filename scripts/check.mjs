// `npm run check`: all static checks. Turborepo runs the steps concurrently, and skips a step whose inputs are
// unchanged. Arguments: names of steps to run.

import { runChild } from './child.mjs';
import { root, toolEnv, turbo } from './paths.mjs';

/** Each step with what it finds, the slowest first. The script of a step is `check:<step>`. */
const STEPS = {
  types: 'type errors',
  package: 'a client that does not build, type-check or run as users install it',
  lint: 'misused promises and other errors that need types',
  boundaries: 'imports that cross a boundary between packages, cycles',
  unused: 'dead code, unused or undeclared dependencies',
  generated: 'openapi.json and a client that differ from the contract',
  functions: 'files of prisma/functions that changed without a new edition',
  docs: 'tables of the documentation that differ from the code',
  openapi: 'an OpenAPI document that is invalid or violates the lint rules',
  style: 'formatting and common mistakes (most are repaired by `npm run fix`)',
  routes: 'routes registered outside of http/mount.ts',
  words: 'sentences that start with What, Who or "Of a", and lines over 120 columns',
};

const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('-'));
const unknown = asked.filter((step) => !Object.hasOwn(STEPS, step));
if (unknown.length > 0) {
  const known = Object.entries(STEPS).map(([step, finds]) => `  ${step.padEnd(12)}${finds}`);
  process.stderr.write(
    `No such step: ${unknown.join(', ')}. The steps and what they find:\n${known.join('\n')}\n`,
  );
  process.exit(2);
}
const steps = asked.length > 0 ? asked : Object.keys(STEPS);

const started = Date.now();
const tasks = steps.map((step) => `//#check:${step}`);
const args = [
  turbo,
  'run',
  ...tasks,
  '--continue=always',
  '--concurrency=3',
  '--output-logs=errors-only',
  ...flags,
];
const { code } = await runChild(process.execPath, args, { cwd: root, env: toolEnv() });

const seconds = ((Date.now() - started) / 1000).toFixed(1);
process.stdout.write(
  code === 0
    ? `check passed in ${seconds} s: ${steps.join(', ')}\n`
    : `check failed after ${seconds} s: the failed steps are named above; \`npm run check -- <step>\` runs one alone\n`,
);
process.exitCode = code;
