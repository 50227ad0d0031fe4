import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('the OpenAPI document is valid and well described under spectral, without error or warning', () => {
  const document = here('../../schema/openapi.json');
  const options = ['--ruleset', here('../.spectral.yaml'), '--fail-severity', 'warn'];
  const spectral = here('../node_modules/.bin/spectral');
  const { status, stdout, stderr } = spawnSync(spectral, ['lint', document, ...options], {
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
});
