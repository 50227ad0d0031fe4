import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the package, as users get it, is well-formed, compiles in strict projects and works', () => {
  const script = fileURLToPath(new URL('../scripts/check-package.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toContain('The packed client works on Node');
}, 120_000);
