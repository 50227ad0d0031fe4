import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstOf } from './first-of.ts';

it('keeps the same items of a stream as sorting the whole', () => {
  const numbers = fc.uniqueArray(fc.integer(), { maxLength: 60 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 70 }), (list, count) => {
      const first = firstOf<number>(count, (a, b) => a - b);
      for (const one of list) first.add(one);
      const wanted = new Set([...list].sort((a, b) => a - b).slice(0, count));
      for (const one of list) expect(first.has(one)).toBe(wanted.has(one));
    }),
    { numRuns: 300 },
  );
});

it('each item costs time logarithmic in the number of kept items, in any order', () => {
  const count = 4096;
  for (const way of [1, -1]) {
    let asked = 0;
    const first = firstOf<number>(count, (a, b) => {
      asked += 1;
      return way * (a - b);
    });
    for (let one = 0; one < 2 * count; one++) first.add(one);
    expect(asked).toBeLessThan(2 * count * (2 * Math.log2(count) + 2));
  }
});
