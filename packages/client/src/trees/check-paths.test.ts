import { expect, test } from 'vitest';
import { checkPaths } from './check-paths.ts';

const UNSAFE = ['', '..', '../x', 'a/../x', '/etc/x', 'a//b', 'a/', './a', 'a\\b', 'a\0', 'a\n'];

test.each(UNSAFE)('%j is refused', (path) => {
  expect(() => checkPaths(['ok', path], false, false)).toThrow('is not a path inside a folder');
});

test('names that only Windows interprets differently are rejected only there', () => {
  const faults: Record<string, string> = {
    'a:b': 'holds ":", which Windows allows in no file name',
    'ab:c': 'holds ":", which Windows allows in no file name',
    'C:x': 'holds ":", which Windows allows in no file name',
    'c:/x': 'holds ":", which Windows allows in no file name',
    'x/nul': 'has the part "nul", which is the name of a device on Windows',
    'con.txt': 'has the part "con.txt", which is the name of a device on Windows',
    'dots...': 'has the part "dots...", and Windows drops a dot or space at the end',
    'space /a': 'has the part "space ", and Windows drops a dot or space at the end',
    'a?': 'holds "?", which Windows allows in no file name',
  };
  for (const [path, fault] of Object.entries(faults)) {
    expect(() => checkPaths([path], false, true)).toThrow(fault);
    checkPaths([path], false, false);
  }
  checkPaths(['console/nullable.txt', '.hidden/…'], true, true);
});

test('two names for the same file are rejected where they clash', () => {
  checkPaths(['Data/a', 'data/b', 'A', 'a'], false, false);
  checkPaths(['Data/a', 'data/b'], true, false);
  expect(() => checkPaths(['A', 'a'], true, false)).toThrow('the same file');
  expect(() => checkPaths(['a', 'a'], false, false)).toThrow('the same file');
  expect(() => checkPaths(['a', 'a/b'], false, false)).toThrow('below another file');
  expect(() => checkPaths(['A', 'a/b'], true, false)).toThrow('below another file');
});
