import { expect, test } from 'vitest';
import { checkPaths } from './check-paths.ts';

const UNSAFE = [
  '',
  '..',
  '../x',
  'a/../x',
  '/etc/x',
  'a//b',
  'a/',
  './a',
  'a\\b',
  'C:x',
  'c:/x',
  'a\0',
  'a\n',
];

test.each(UNSAFE)('%j is refused', (path) => {
  expect(() => checkPaths(['ok', path], false, false)).toThrow('is not a path inside a folder');
});

test('names that only Windows reads otherwise are refused there alone', () => {
  for (const path of ['ab:c', 'x/nul', 'con.txt', 'dots...', 'space /a', 'a?']) {
    expect(() => checkPaths([path], false, true)).toThrow('is not a path inside a folder');
    checkPaths([path], false, false);
  }
  checkPaths(['console/nullable.txt', '.hidden/…'], true, true);
});

test('two names that would be one file are refused where they would', () => {
  checkPaths(['Data/a', 'data/b', 'A', 'a'], false, false);
  checkPaths(['Data/a', 'data/b'], true, false);
  expect(() => checkPaths(['A', 'a'], true, false)).toThrow('the same file');
  expect(() => checkPaths(['a', 'a'], false, false)).toThrow('the same file');
  expect(() => checkPaths(['a', 'a/b'], false, false)).toThrow('below another file');
  expect(() => checkPaths(['A', 'a/b'], true, false)).toThrow('below another file');
});
