import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerContent, matchesIfNoneMatch, parseRange } from './ranges.ts';

const etag = '"abc"';

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=0-9', { kind: 'part', start: 0, end: 9 }],
    ['bytes=2-5', { kind: 'part', start: 2, end: 5 }],
    ['bytes=2-', { kind: 'part', start: 2, end: 9 }],
    ['bytes=9-9', { kind: 'part', start: 9, end: 9 }],
    ['bytes=5-1000', { kind: 'part', start: 5, end: 9 }],
    ['bytes=0-99999999999999999999999', { kind: 'part', start: 0, end: 9 }],
    ['bytes=-1', { kind: 'part', start: 9, end: 9 }],
    ['bytes=-10', { kind: 'part', start: 0, end: 9 }],
    ['bytes=-1000', { kind: 'part', start: 0, end: 9 }],
    ['Bytes=2-5', { kind: 'part', start: 2, end: 5 }],
    ['bytes=,\t2-5 ,', { kind: 'part', start: 2, end: 5 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=10-20', { kind: 'unsatisfiable' }],
    ['bytes=99999999999999999999999-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
  ])('reads %j of ten bytes', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=,',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=1',
    'bytes=+1-2',
    'bytes=1-2-3',
    'bytes=1 - 2',
    'bytes=0x1-2',
    'bytes=1.5-2',
    'bytes = 1-2',
    'bytes=1-2\n',
    'items=0-1',
    'bytes=0-1,3-4',
    'bytes=0-1, bytes=3-4',
  ])('answers %j by the whole', (header) => {
    expect(parseRange(header, 10)).toEqual({ kind: 'whole' });
  });

  it('knows an empty file', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=0-0', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-0', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'whole' });
  });

  const size = fc.nat({ max: 50 });
  it('selects what slicing the bytes selects', () => {
    fc.assert(
      fc.property(size, fc.nat({ max: 60 }), fc.option(fc.nat({ max: 60 })), (sizeBytes, first, last) => {
        const asked = parseRange(`bytes=${first}-${last ?? ''}`, sizeBytes);
        const bytes = Array.from({ length: sizeBytes }, (_, index) => index);
        const wanted = bytes.slice(first, last === null ? undefined : last + 1);
        if (last !== null && last < first) expect(asked.kind).toBe('whole');
        else if (wanted.length === 0) expect(asked.kind).toBe('unsatisfiable');
        else expect(asked).toEqual({ kind: 'part', start: wanted.at(0), end: wanted.at(-1) });
      }),
    );
  });

  it('never goes beyond the content, whatever it is sent', () => {
    const near = fc.string({ unit: fc.constantFrom(...Array.from('0123-,= \tab')), maxLength: 12 });
    const header = fc.oneof(
      fc.string(),
      near.map((text) => `bytes=${text}`),
    );
    fc.assert(
      fc.property(header, size, (text, sizeBytes) => {
        const asked = parseRange(text, sizeBytes);
        if (asked.kind !== 'part') return;
        expect(asked.start).toBeGreaterThanOrEqual(0);
        expect(asked.end).toBeGreaterThanOrEqual(asked.start);
        expect(asked.end).toBeLessThan(sizeBytes);
      }),
    );
  });
});

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

describe('answerContent', () => {
  const content = { etag, sizeBytes: 10 };
  const get = (headers: Record<string, string>) => answerContent({ method: 'GET', headers }, content);
  const always = { etag, 'accept-ranges': 'bytes' };
  const all = { status: 200, headers: { ...always, 'content-length': '10' } };

  it('gives the whole', () => {
    expect(get({})).toEqual(all);
    expect(answerContent({ method: 'HEAD', headers: {} }, content)).toEqual(all);
  });

  it('gives a part', () => {
    expect(get({ range: 'bytes=2-5' })).toEqual({
      status: 206,
      headers: { ...always, 'content-length': '4', 'content-range': 'bytes 2-5/10' },
      range: { start: 2, end: 5 },
    });
  });

  it('tells the size to who asks for more', () => {
    expect(get({ range: 'bytes=10-' })).toEqual({
      status: 416,
      headers: { 'accept-ranges': 'bytes', 'content-range': 'bytes */10' },
    });
  });

  it('ignores ranges of HEAD', () => {
    expect(answerContent({ method: 'HEAD', headers: { range: 'bytes=2-5' } }, content)).toEqual(all);
    expect(answerContent({ method: 'HEAD', headers: { range: 'bytes=99-' } }, content)).toEqual(all);
  });

  it('answers 304 before it looks at a range', () => {
    const headers = { 'if-none-match': '"abc"', range: 'bytes=99-' };
    expect(get(headers)).toEqual({ status: 304, headers: always });
    expect(answerContent({ method: 'HEAD', headers }, content).status).toBe(304);
    expect(get({ ...headers, 'if-none-match': '"other"' }).status).toBe(416);
  });

  it.each([
    ['"abc"', 206],
    ['"other"', 200],
    ['W/"abc"', 200],
    ['abc', 200],
    ['Sat, 31 Jan 2026 12:00:00 GMT', 200],
    ['', 200],
  ])('under If-Range %j answers a range with %i', (ifRange, status) => {
    expect(get({ range: 'bytes=2-5', 'if-range': ifRange }).status).toBe(status);
  });

  it('gives no range at all, not even an impossible one, when If-Range fails', () => {
    expect(get({ range: 'bytes=99-', 'if-range': '"other"' })).toEqual(all);
    expect(get({ range: 'bytes=99-', 'if-range': '"abc"' }).status).toBe(416);
    expect(get({ 'if-range': '"abc"' })).toEqual(all);
  });
});
