import { expect, test } from 'vitest';
import { docComment, listing } from './text.ts';

test('a comment stands on one line where it fits, is wrapped where not, and cannot be ended from within', () => {
  expect(docComment(['Short.'], '  ')).toBe('  /** Short. */\n');
  expect(docComment(['One.', 'Two.'])).toBe('/**\n * One.\n *\n * Two.\n */\n');
  const wrapped = docComment(['word '.repeat(60)], '    ').split('\n');
  expect(Math.max(...wrapped.map(({ length }) => length))).toBeLessThanOrEqual(110);
  expect(docComment(['ends */ here'])).toBe('/** ends *\\/ here */\n');
});

test('a listing stands on one line where it fits, otherwise an item a line', () => {
  expect(listing('  ', 'f({', ['a', 'b'], '});', ' ')).toBe('  f({ a, b });');
  expect(listing('  ', 'f(', ['a'.repeat(60), 'b'.repeat(60)], ')')).toBe(
    `  f(\n    ${'a'.repeat(60)},\n    ${'b'.repeat(60)},\n  )`,
  );
});
