import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange, RANGES_MAX, type SelectedRange } from './ranges.ts';

const part = (start: number, end: number) => ({ kind: 'parts', ranges: [{ start, end }] });

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-9', part(0, 9)],
    ['bytes=2-5', part(2, 5)],
    ['bytes=2-', part(2, 9)],
    ['bytes=9-9', part(9, 9)],
    ['bytes=5-1000', part(5, 9)],
    ['bytes=0-99999999999999999999999', part(0, 9)],
    ['bytes=-1', part(9, 9)],
    ['bytes=-10', part(0, 9)],
    ['bytes=-1000', part(0, 9)],
    ['Bytes=2-5', part(2, 5)],
    ['bytes=,\t2-5 ,', part(2, 5)],
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
    'bytes=0-1,3',
    'bytes=0-1,5-4',
    'bytes=99-,-',
    'bytes=0-1, bytes=3-4',
  ])('answers %j with the whole content', (header) => {
    expect(parseRange(header, 10)).toEqual({ kind: 'whole' });
  });

  it.each([
    ['bytes=0-1,5-6', [0, 1], [5, 6]],
    ['bytes=5-6,0-1', [5, 6], [0, 1]],
    ['bytes=0-1,3-4', [0, 1], [3, 4]],
    ['bytes=0-1,2-3', [0, 3]],
    ['bytes=2-3,0-1', [0, 3]],
    ['bytes=8-,0-0,-3', [7, 9], [0, 0]],
    ['bytes=0-0,5-6,1-4', [0, 6]],
    ['bytes=9-,0-0,10-,-0', [9, 9], [0, 0]],
    ['bytes=0-,-1,3-4', [0, 9]],
    ['bytes=1-1, ,\t3-3,', [1, 1], [3, 3]],
  ])('reads the ranges of %j', (header, ...expected) => {
    const ranges = (expected as [number, number][]).map(([start, end]) => ({ start, end }));
    expect(parseRange(header, 10)).toEqual({ kind: 'parts', ranges });
  });

  it('reads many ranges, up to a limit', () => {
    const header = (count: number) =>
      `bytes=${Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`;
    const asked = parseRange(header(RANGES_MAX), 1000);
    expect(asked.kind === 'parts' && asked.ranges.length).toBe(RANGES_MAX);
    expect(parseRange(header(RANGES_MAX + 1), 1000)).toEqual({ kind: 'whole' });
  });

  it('is unsatisfiable if all ranges are outside', () => {
    expect(parseRange('bytes=10-,20-30,-0', 10)).toEqual({ kind: 'unsatisfiable' });
  });

  it('handles an empty file', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=0-0', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-0', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'whole' });
  });

  /** The positions that one range selects by slicing; null if the range is malformed. */
  function sliced(spec: string, sizeBytes: number): number[] | null {
    const bytes = Array.from({ length: sizeBytes }, (_, index) => index);
    const [first = '', last = ''] = spec.split('-');
    if (first === '') return Number(last) === 0 ? [] : bytes.slice(-Number(last));
    if (last !== '' && Number(last) < Number(first)) return null;
    return bytes.slice(Number(first), last === '' ? undefined : Number(last) + 1);
  }

  const size = fc.nat({ max: 50 });
  const at = fc.nat({ max: 60 }).map(String);
  const spec = fc.oneof(
    fc.tuple(at, at).map(([first, last]) => `${first}-${last}`),
    fc.tuple(at, fc.nat({ max: 5 })).map(([first, more]) => `${first}-${Number(first) + more}`),
    at.map((first) => `${first}-`),
    at.map((last) => `-${last}`),
  );

  it('selects the same bytes as slicing, each byte once, in the requested order', () => {
    fc.assert(
      fc.property(size, fc.array(spec, { minLength: 1, maxLength: 8 }), (sizeBytes, specs) => {
        const asked = parseRange(`bytes=${specs.join(', ')}`, sizeBytes);
        const wanted = specs.map((one) => sliced(one, sizeBytes));
        const isWhole =
          wanted.includes(null) || (sizeBytes === 0 && specs.some((one) => /^-[1-9]/.test(one)));
        if (isWhole) return void expect(asked).toEqual({ kind: 'whole' });
        const all = new Set(wanted.flatMap((bytes) => bytes ?? []));
        if (all.size === 0) return void expect(asked).toEqual({ kind: 'unsatisfiable' });
        const ranges = asked.kind === 'parts' ? asked.ranges : [];
        const positions = ranges.flatMap(({ start, end }) =>
          Array.from({ length: end - start + 1 }, (_, index) => start + index),
        );
        expect(positions.toSorted((a, b) => a - b)).toEqual([...all].sort((a, b) => a - b));
        // No two ranges could be merged, and each is at the place where its first byte was requested.
        for (const { start } of ranges) expect(all.has(start - 1)).toBe(false);
        const mention = ({ start, end }: SelectedRange) =>
          wanted.findIndex((bytes) => bytes?.some((byte) => byte >= start && byte <= end));
        const mentions = ranges.map(mention);
        expect(mentions).toEqual(mentions.toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('never exceeds the content, for any header', () => {
    const near = fc.string({ unit: fc.constantFrom(...Array.from('0123-,= \tab')), maxLength: 12 });
    const header = fc.oneof(
      fc.string(),
      near.map((text) => `bytes=${text}`),
    );
    fc.assert(
      fc.property(header, size, (text, sizeBytes) => {
        const asked = parseRange(text, sizeBytes);
        for (const { start, end } of asked.kind === 'parts' ? asked.ranges : []) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThan(sizeBytes);
        }
      }),
    );
  });
});
