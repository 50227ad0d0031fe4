import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFilter, type FilterObject, type FilterSchema, parseFilter } from '../filter/index.ts';
import { askedNames, nameWords } from './names.ts';

const schema: FilterSchema = {
  fields: {
    id: { type: 'uuid' },
    name: { type: 'text' },
    step: { type: 'integer' },
    createdAt: { type: 'time' },
    status: { type: 'text', values: ['pending', 'ready'] },
  },
  tags: true,
  aliases: true,
  metadata: true,
  metric: true,
};
const ID = '0192f0c1-2b3c-7d4e-8f50-000000000000';
const asked = (filter: string) => askedNames({ filter }, schema).map(nameWords);

describe('the values that a clause asks for', () => {
  it.each([
    ["'gold' IN tags", ["the tag 'gold'"]],
    ["'prod' IN aliases", ["the alias 'prod'"]],
    ["name = 'it''s'", ["'it''s' in name"]],
    ["name IN ('a', 'b', 'a')", ["'a' in name", "'b' in name"]],
    ["name LIKE 'a%' OR name ILIKE 'a%'", ["a text LIKE 'a%' in name", "a text ILIKE 'a%' in name"]],
    [`id = '${ID}'`, [`'${ID}' in id`]],
    ["metadata.a.b = 'x'", ['a text in metadata.a.b', "'x' in metadata.a.b"]],
    ["'x' IN metadata.l", ['a list in metadata.l', "'x' in the list metadata.l"]],
    ["NOT (name != 'a' OR 'x' NOT IN tags)", ["'a' in name", "the tag 'x'"]],
    ["NOT NOT name = 'a'", ["'a' in name"]],
    ["name != 'a' AND 'x' NOT IN tags AND name NOT LIKE 'a%' AND name NOT IN ('a')", []],
    ["NOT name = 'a'", []],
    ["name > 'a' AND name BETWEEN 'a' AND 'b'", []],
    ["step = 3 AND createdAt = '2026-01-01T00:00:00Z'", []],
    ["status = 'pending'", []],
    ['tags IS NOT NULL AND name IS NULL', []],
    ['3 IN metadata.l AND metadata.b = true', ['a list in metadata.l', 'true or false in metadata.b']],
  ])('%s', (filter, names) => {
    expect(asked(filter)).toEqual(names);
  });
});

const TYPO = 'typo';
/** Filters with `?` for one text. */
const template: fc.Arbitrary<string> = fc.letrec<{ tree: string; term: string }>((tie) => ({
  term: fc.constantFrom(
    "'?' IN tags",
    "'?' NOT IN tags",
    "name = '?'",
    "name != '?'",
    "name IN ('?', 'b')",
    "name NOT IN ('?', 'b')",
    "name LIKE '?%'",
    "name NOT LIKE '?%'",
    "metadata.s = '?'",
    "'?' IN metadata.s",
    "'b' IN tags",
    "metadata.s != 'b'",
  ),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('term'),
    tie('tree').map((tree) => `NOT (${tree})`),
    fc
      .tuple(tie('tree'), fc.constantFrom('AND', 'OR'), tie('tree'))
      .map(([left, word, right]) => `(${left}) ${word} (${right})`),
  ),
})).tree;
const letter = fc.constantFrom('a', 'b');
const object: fc.Arbitrary<FilterObject> = fc.record({
  fields: fc.record({ name: fc.option(letter) }),
  tags: fc.subarray(['a', 'b']),
  metadata: fc.record({ s: fc.option(fc.oneof(letter, fc.subarray(['a', 'b']))) }),
});

it('removes nothing by a value that nobody has: the value is asked for, or the filter keeps no less without it', () => {
  fc.assert(
    fc.property(template, fc.array(object, { minLength: 1, maxLength: 5 }), (text, objects) => {
      const meant = parseFilter(text.replaceAll('?', 'a'), schema);
      const misspelt = text.replaceAll('?', TYPO);
      if (asked(misspelt).some((words) => words.includes(TYPO))) return;
      const written = parseFilter(misspelt, schema);
      for (const each of objects)
        if (evaluateFilter(meant, each) === true) expect(evaluateFilter(written, each)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
