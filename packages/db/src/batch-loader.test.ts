import { expect, test } from 'vitest';
import { batchLoader } from './batch-loader.ts';

test('loads that hang do not block other keys', async () => {
  const find = batchLoader(async (keys: string[]) => {
    if (keys.some((key) => key.startsWith('hangs'))) await new Promise(() => {});
    return keys;
  });
  for (const key of ['hangs 1', 'hangs 2']) {
    void find(key);
    // Each in a batch of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await find('works')).toBe('works');
});
