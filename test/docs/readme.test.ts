import { expect, test } from 'vitest';
import { greeting } from '../../apps/server/src/bin/greeting.ts';
import { type Config, readConfig } from '../../apps/server/src/config/config.ts';
import { matchesText } from './expected.ts';
import { readPage } from './markdown.ts';

test('the README shows the output of the first start', () => {
  const { blocks } = readPage('README.md');
  const start = blocks.findIndex((block) => block.text === 'npm start\n');
  const shown = blocks[start + 1]?.text.trim() ?? '';
  const said = greeting(readConfig([], {}) as Config, 'http://127.0.0.1:8085').trim();
  expect(matchesText(shown, said), `${shown}\n--- it says\n${said}`).toBe(true);
});
