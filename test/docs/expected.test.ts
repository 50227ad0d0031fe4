import { describe, expect, it } from 'vitest';
import { jsonDifference, jsonValues, matchesText } from './expected.ts';
import type { Block, Page } from './markdown.ts';
import { forgotten, programOf, stepsOf } from './story.ts';

describe('jsonDifference', () => {
  const id = '0199f7a2-6f0c-7cc1-b3a5-0d7e4f2a9c11';
  const otherId = '01a207f1-4f18-77e9-8f9b-e02e88cadd29';
  const time = '2026-01-31T12:00:00.000Z';
  it.each([
    ['members left out', { a: 1 }, { a: 1, b: 2 }],
    ['another id', { id }, { id: otherId }],
    ['another time', [time], ['2026-11-23T10:26:24.404Z']],
    ['anything', { a: '…' }, { a: { b: [] } }],
    ['a part of a text', { detail: '… by v2…' }, { detail: 'held by v2, not by v1' }],
    ['the first of several', [1, '…'], [1, 2, 3]],
  ])('matches: %s', (_, shown, actual) => {
    expect(jsonDifference(shown, actual)).toBeUndefined();
  });
  it.each([
    ['another value', { a: 1 }, { a: 2 }, '/a'],
    ['a value of another type', { a: 1 }, { a: '1' }, '/a'],
    ['no such member', { a: { b: 1 } }, { a: {} }, '/a/b'],
    ['null for a time', { at: time }, { at: null }, '/at'],
    ['a text for an id', { id }, { id: 'v1' }, '/id'],
    ['more items', [1], [1, 2], '/'],
    ['fewer items', [1, 2], [1], '/'],
    ['nothing at all', { a: 1 }, undefined, '/'],
  ])('differs: %s', (_, shown, actual, at) => {
    expect(jsonDifference(shown, actual)).toContain(`${at} is shown as`);
  });
});

it('matches texts literally except …', () => {
  expect(matchesText('3.1.…', '3.1.0')).toBe(true);
  expect(matchesText('3.1.…', '3x1y0')).toBe(false);
  expect(matchesText('a…c', 'a\nb\nc')).toBe(true);
  expect(matchesText('ab', 'abc')).toBe(false);
});

it('finds successive JSON values between other text', () => {
  expect(jsonValues('{"a":"}{"}[1,[2]]\nHTTP/1.1 200\n\n{"b":"\\"{"}')).toEqual([
    { a: '}{' },
    [1, [2]],
    { b: '"{' },
  ]);
});

describe('the blocks of a page', () => {
  const block = (language: string, text: string): Block => ({ language, text, line: 1 });
  const page = (...blocks: Block[]): Page => ({ path: 'x.md', blocks, anchors: new Set(), links: [] });

  it('pairs a block with its output below', () => {
    const [sh, json, other] = [block('sh', 'a\n'), block('json', '{}\n'), block('sh', 'b\n')];
    expect(stepsOf(page(sh, json, other), 'sh', () => false)).toEqual([
      { block: sh, shown: json },
      { block: other, shown: undefined },
    ]);
  });
  it('reports a block that is neither run nor an output', () => {
    const yaml = block('yaml', 'a: 1\n');
    const json = block('json', '{}\n');
    expect(forgotten(page(block('sh', 'a\n'), json, json, yaml), () => false)).toEqual([json, yaml]);
    expect(forgotten(page(yaml), () => true)).toEqual([]);
  });
  it('joins blocks into one program with each import once', () => {
    const steps = [
      { block: block('ts', "import { a } from 'x';\nuse(a);\n"), shown: undefined },
      { block: block('ts', "import { b, a } from 'x';\nuse(b);\n"), shown: undefined },
    ];
    expect(programOf(steps)).toMatch(/^import \{ a, b \} from 'x';\nuse\(a\);\n.*\nuse\(b\);\n/);
  });
});
