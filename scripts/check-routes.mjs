// Only apps/server/src/http/mount.ts registers routes, so that no route bypasses authentication, authorization and the
// contract. Fails on any other call that registers one.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const ALLOWED = 'apps/server/src/http/mount.ts';
const REGISTERS =
  /\b(?:app|server|fastify|instance|scope)\s*\.\s*(?:route|get|head|post|put|patch|delete|options|all)\s*\(/;

const found = [];
for (const path of globSync('apps/server/src/**/*.ts', { cwd: root })) {
  if (path === ALLOWED || path.endsWith('.test.ts')) continue;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (REGISTERS.test(line)) found.push(`${path}:${index + 1}: ${line.trim()}`);
  }
}
if (found.length > 0) {
  process.stderr.write(`Routes are registered in ${ALLOWED} only:\n${found.join('\n')}\n`);
  process.exitCode = 1;
}
