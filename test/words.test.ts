// The check of our prose, on sentences that it must report and sentences that it must not.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Sentence {
  line: number;
  text: string;
  isHeadless: boolean;
}
interface Words {
  sentencesOf: (path: string, source: string) => Sentence[];
  longLinesOf: (source: string) => number[];
}
const script = pathToFileURL(join(import.meta.dirname, '..', 'scripts', 'words.mjs')).href;
const { sentencesOf, longLinesOf } = (await import(script)) as Words;

const headless = (path: string, source: string): string[] =>
  sentencesOf(path, source)
    .filter(({ isHeadless }) => isHeadless)
    .map(({ line, text }) => `${line}: ${text}`);

describe('headless sentences', () => {
  it.each([
    '/** What is expired is the token. */',
    '// Whoever sends nothing gets an error.',
    '/**\n * The token is expired. Of a token\n * that has expired, no copy is kept.\n */',
    '/** The token is expired: What it requests is denied. */',
    '/** Reads `a.b`. What `c` names is denied. */',
    '/**\n * Reads a token.\n * @returns What the token allows.\n */',
    "it('what a caller cannot see is missing', () => {});",
    "describe.each(rows)('who may read', () => {});",
    "const text = 'What the rule names is gone.';",
  ])('finds one in source: %j', (source) => {
    expect(headless('a.ts', source)).toHaveLength(1);
  });

  it.each([
    '/** The token is expired. */',
    '/** Returns what was sent, and who sent it. */',
    '/** What may a token do? */',
    "it('hides what the caller cannot see', () => {});",
    "const pattern = 'what is this';",
    'const glob = \'src/*/a.ts\'; // The "what" of a glob',
    "const glob = ['src/**/*.ts', 'What/**'];",
  ])('finds none in source: %j', (source) => {
    expect(headless('a.ts', source)).toEqual([]);
  });

  it('finds those in prose, list items and table cells of documents, not those in headings, code or questions', () => {
    const page = [
      '# What a rule does',
      'A rule moves an alias. What it names must exist.',
      '```ts',
      '// What the code prints is not prose.',
      '```',
      '- Who may read it is listed.',
      '- What is a rule? A document.',
      '',
      '| What it is | meaning |',
      '|---|---|',
      '| a rule | Whatever it matches is moved. |',
    ].join('\n');
    expect(headless('a.md', page)).toEqual([
      '2: What it names must exist.',
      '6: Who may read it is listed.',
      '11: Whatever it matches is moved.',
    ]);
  });

  it('finds those in SQL comments', () => {
    expect(headless('a.sql', '-- Locks the row.\n-- What is locked stays unchanged.\nSELECT 1;')).toEqual([
      '2: What is locked stays unchanged.',
    ]);
  });

  it('counts every sentence of a comment once', () => {
    const source = '/**\n * One is here. Two is there.\n *\n * - Three is a list item.\n */\nconst one = 1;';
    expect(sentencesOf('a.ts', source).map(({ line, text }) => [line, text])).toEqual([
      [2, 'One is here.'],
      [2, 'Two is there.'],
      [4, 'Three is a list item.'],
    ]);
  });
});

it('reports lines over 120 columns, but not those with a URL, a pattern or another long word', () => {
  const comment = `// ${'word '.repeat(24)}`;
  const lines = [
    comment,
    `${comment} https://example.com/a`,
    `const pattern = /${'x'.repeat(120)}/;`,
    `//${comment}`,
    `  /${'x '.repeat(70)}/,`,
  ];
  expect(lines.map((line) => line.length > 120)).toEqual([true, true, true, true, true]);
  expect(longLinesOf(lines.join('\n'))).toEqual([1, 4]);
});
