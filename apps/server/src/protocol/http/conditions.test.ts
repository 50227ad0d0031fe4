import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ifMatchPasses, ifRangePasses, matchesIfNoneMatch } from './conditions.ts';

const etag = '"abc"';

describe('matchesIfNoneMatch', () => {
  it.each([
    '"abc"',
    'W/"abc"',
    '*',
    ' * ',
    '"x", "abc"',
    '"x","abc"',
    '"a,b" , W/"abc"',
    ', "abc",',
    '"abc", "abc"',
  ])('sees the tag in %j', (header) => expect(matchesIfNoneMatch(header, etag)).toBe(true));

  it.each([
    undefined,
    '',
    'abc',
    '"ABC"',
    '"abcd"',
    '"x"',
    '"',
    '"abc',
    '*, "abc"',
    'w/"abc"',
    '"abc""x"',
    '"abc" "x"',
    '"abc", x',
    '"x,"abc"',
  ])('does not see it in %j', (header) => {
    expect(matchesIfNoneMatch(header, etag)).toBe(false);
  });

  it('finds a tag exactly in the lists that contain it', () => {
    const tag = fc.string({ unit: fc.constantFrom('a', ',', ' ', '!', 'W/'), maxLength: 3 });
    const opaque = tag.filter((text) => !text.includes(' ')).map((text) => `"${text}"`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), opaque), { minLength: 1 }), opaque, (tags, wanted) => {
        const header = tags.map(([weak, text]) => (weak ? `W/${text}` : text)).join(', ');
        expect(matchesIfNoneMatch(header, wanted)).toBe(tags.some(([, text]) => text === wanted));
      }),
    );
  });

  it('parses very long headers', () => {
    const hostile = `${'"a" '.repeat(20_000)}x`;
    expect(matchesIfNoneMatch(hostile, etag)).toBe(false);
    expect(matchesIfNoneMatch(`${' \t,'.repeat(20_000)}"`, etag)).toBe(false);
  });
});

describe('ifMatchHolds', () => {
  it.each([undefined, '*', '"abc"', '"x", "abc"', ', "abc"'])('is true for %j', (header) =>
    expect(ifMatchPasses(header, etag)).toBe(true),
  );

  it.each(['', '"x"', 'W/"abc"', 'abc', '"abc', '"abc", x', '*, "abc"'])('is false for %j', (header) =>
    expect(ifMatchPasses(header, etag)).toBe(false),
  );

  it('is false for a weak tag, which does not promise equal bytes', () => {
    expect(ifMatchPasses('W/"abc"', 'W/"abc"')).toBe(false);
    expect(ifRangePasses('W/"abc"', 'W/"abc"')).toBe(false);
  });
});
