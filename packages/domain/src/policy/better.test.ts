import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, compareBest, isBetter, isWorse } from './better.ts';
import type { Amount, Direction } from './document.ts';

const direction = fc.constantFrom<Direction>('max', 'min');
/** All that a metric may be, with what is special more often than chance has it. */
const value = fc.option(
  fc.oneof(
    fc.double(),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
  ),
);
const share = fc.double({ min: 0, max: 2, noNaN: true });
const amount = fc.option(
  fc.oneof(
    share.map((abs): Amount => ({ abs })),
    share.map((rel): Amount => ({ rel })),
  ),
  { nil: undefined },
);
const isMissing = (one: number | null): boolean => one === null || Number.isNaN(one);

describe('better and worse', () => {
  it('NaN and nothing are never better, and whatever is a number is better than they are', () => {
    fc.assert(
      fc.property(value, value, direction, amount, (a, b, way, margin) => {
        if (isMissing(a)) expect(isBetter(a, b, way, margin)).toBe(false);
        else if (isMissing(b)) expect(isBetter(a, b, way, margin)).toBe(true);
      }),
    );
  });

  it('a value that is better by a margin is also better without one, and never worse', () => {
    fc.assert(
      fc.property(value, value, direction, amount, (a, b, way, margin) => {
        if (!isBetter(a, b, way, margin)) return;
        expect(isBetter(a, b, way)).toBe(true);
        expect(isBetter(b, a, way, margin)).toBe(false);
        expect(isWorse(a, b, way, margin)).toBe(false);
      }),
    );
  });

  it('nothing is better or worse than its like, whatever the margin', () => {
    fc.assert(
      fc.property(value, direction, amount, (a, way, margin) => {
        if (isMissing(a)) return;
        expect([isBetter(a, a, way, margin), isWorse(a, a, way, margin)]).toEqual([false, false]);
      }),
    );
  });

  it('without margin and tolerance a number is better than another, worse, or the same', () => {
    fc.assert(
      fc.property(value, value, direction, (a, b, way) => {
        if (isMissing(a) || isMissing(b)) return;
        expect([isBetter(a, b, way), isWorse(a, b, way), a === b].filter(Boolean)).toHaveLength(1);
      }),
    );
  });

  it('orders values with the best first, the same as asking for each two', () => {
    fc.assert(
      fc.property(fc.array(value), direction, (list, way) => {
        const sorted = [...list].sort((a, b) => compareBest(a, b, way));
        for (const [place, one] of sorted.entries())
          for (const before of sorted.slice(0, place)) expect(isBetter(one, before, way)).toBe(false);
      }),
    );
  });

  it.each<[string, number, number, Direction, Amount, boolean]>([
    ['a loss than one that diverged', 0.3, Number.POSITIVE_INFINITY, 'min', { rel: 0.05 }, true],
    ['a loss than one that diverged, by no share', 0.3, Number.POSITIVE_INFINITY, 'min', { rel: 0 }, true],
    ['a loss than one that diverged, by an amount', 0.3, Number.POSITIVE_INFINITY, 'min', { abs: 1 }, true],
    ['a score than -Infinity', 5, Number.NEGATIVE_INFINITY, 'max', { rel: 0.05 }, true],
    ['nothing than the best there is', 5, Number.POSITIVE_INFINITY, 'max', { rel: 0.05 }, false],
    ['a share of a negative value', -0.8, -1, 'max', { rel: 0.1 }, true],
    ['exactly the margin', 1.5, 1, 'max', { abs: 0.5 }, false],
  ])('better: %s', (_, one, other, way, margin, expected) => {
    expect(isBetter(one, other, way, margin)).toBe(expected);
  });

  it('a tolerance that is just reached is no harm, and no share makes up for the best there was', () => {
    expect(isWorse(0.5, 1, 'max', { abs: 0.5 })).toBe(false);
    expect(isWorse(0.25, 1, 'max', { abs: 0.5 })).toBe(true);
    expect(isWorse(5, Number.NEGATIVE_INFINITY, 'min', { rel: 0.1 })).toBe(true);
  });

  it('an amount is a number beside any value', () => {
    fc.assert(
      fc.property(amount, value, (given, beside) => {
        expect(amountOf(given, beside ?? 0)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
