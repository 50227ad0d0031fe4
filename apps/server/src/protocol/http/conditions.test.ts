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

  it('finds a tag in any list that holds it, and in no other', () => {
    const tag = fc.string({ unit: fc.constantFrom('a', ',', ' ', '!', 'W/'), maxLength: 3 });
    const opaque = tag.filter((text) => !text.includes(' ')).map((text) => `"${text}"`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), opaque), { minLength: 1 }), opaque, (tags, wanted) => {
        const header = tags.map(([weak, text]) => (weak ? `W/${text}` : text)).join(', ');
        expect(matchesIfNoneMatch(header, wanted)).toBe(tags.some(([, text]) => text === wanted));
      }),
    );
  });

  it('gets through very long headers', () => {
    const hostile = `${'"a" '.repeat(20_000)}x`;
    expect(matchesIfNoneMatch(hostile, etag)).toBe(false);
    expect(matchesIfNoneMatch(`${' \t,'.repeat(20_000)}"`, etag)).toBe(false);
  });
});

describe('ifMatchHolds', () => {
  it.each([undefined, '*', '"abc"', '"x", "abc"', ', "abc"'])('under %j', (header) =>
    expect(ifMatchPasses(header, etag)).toBe(true),
  );

  it.each(['', '"x"', 'W/"abc"', 'abc', '"abc', '"abc", x', '*, "abc"'])('does not under %j', (header) =>
    expect(ifMatchPasses(header, etag)).toBe(false),
  );

  it('never of a weak tag: it does not say that the bytes are the same', () => {
    expect(ifMatchPasses('W/"abc"', 'W/"abc"')).toBe(false);
    expect(ifRangePasses('W/"abc"', 'W/"abc"')).toBe(false);
  });
});
