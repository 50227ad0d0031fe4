import type { Amount, Direction } from './document.ts';

/**
 * How much an amount is, beside the value that is compared with. A share of an infinity is nothing: it would be infinite
 * itself, and no loss ever better by that much than one that has diverged.
 */
export const amountOf = (amount: Amount | undefined, beside: number): number =>
  amount?.abs ?? (Number.isFinite(beside) ? Math.abs(beside) * (amount?.rel ?? 0) : 0);

/**
 * The value from which on another is better than this one by an amount; with `worse` the one down to which it is no worse.
 * Without the noise of binary fractions: 0.8 less 0.1 is 0.7, which is what whoever wrote the rule means.
 */
export function boundOf(
  value: number,
  direction: Direction,
  amount: Amount | undefined,
  towards: 'better' | 'worse',
): number {
  const by = amountOf(amount, value);
  if (by === 0) return value;
  // Never to the other side of the value itself, where it has more digits.
  const isUp = (direction === 'max') === (towards === 'better');
  const bound = Number((isUp ? value + by : value - by).toPrecision(DIGITS));
  return isUp ? Math.max(bound, value) : Math.min(bound, value);
}

/** Decimal digits that every double holds (IEEE 754, binary64). */
const DIGITS = 15;

/**
 * Whether a value is better than another by more than a margin: strictly, so that ties keep what is there. NaN is never
 * better, and a value is better than NaN or none.
 */
export function isBetter(
  value: number | null,
  other: number | null,
  direction: Direction,
  margin?: Amount,
): boolean {
  if (value === null || Number.isNaN(value)) return false;
  if (other === null || Number.isNaN(other)) return true;
  const bound = boundOf(other, direction, margin, 'better');
  return direction === 'max' ? value > bound : value < bound;
}

/** Whether a value is worse than another by more than a tolerance. None and NaN are worse than any number. */
export function isWorse(
  value: number | null,
  other: number | null,
  direction: Direction,
  tolerance?: Amount,
): boolean {
  if (other === null || Number.isNaN(other)) return false;
  if (value === null || Number.isNaN(value)) return true;
  const bound = boundOf(other, direction, tolerance, 'worse');
  return direction === 'max' ? value < bound : value > bound;
}

/** Orders values with the best first; none and NaN come last, alike. */
export function compareBest(a: number | null, b: number | null, direction: Direction): number {
  if (isBetter(a, b, direction)) return -1;
  return isBetter(b, a, direction) ? 1 : 0;
}
