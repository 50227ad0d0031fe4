import { expect, test } from 'vitest';
import { docComment, listing } from './text.ts';

test('a comment is on one line if it fits, otherwise wrapped, and its text cannot end it', () => {
  expect(docComment(['Short.'], '  ')).toBe('  /** Short. */\n');
  expect(docComment(['One.', 'Two.'])).toBe('/**\n * One.\n *\n * Two.\n */\n');
  const wrapped = docComment(['word '.repeat(60)], '    ').split('\n');
  expect(Math.max(...wrapped.map(({ length }) => length))).toBeLessThanOrEqual(110);
  expect(docComment(['ends */ here'])).toBe('/** ends *\\/ here */\n');
});

test('a list is on one line if it fits, otherwise with one item per line', () => {
  expect(listing('  ', 'f({', ['a', 'b'], '});', ' ')).toBe('  f({ a, b });');
  expect(listing('  ', 'f(', ['a'.repeat(60), 'b'.repeat(60)], ')')).toBe(
    `  f(\n    ${'a'.repeat(60)},\n    ${'b'.repeat(60)},\n  )`,
  );
});
