import type { Amount, Direction } from './document.ts';

/**
 * Converts an amount to an absolute number, relative to `beside`. A fraction of an infinity is 0: an infinite margin
 * would mean that no loss ever beats a diverged one.
 */
export const amountOf = (amount: Amount | undefined, beside: number): number =>
  amount?.abs ?? (Number.isFinite(beside) ? Math.abs(beside) * (amount?.rel ?? 0) : 0);

/**
 * Returns the value that is better than this one by an amount, or with `worse` the last value that does not count as
 * worse. Avoids binary rounding noise: 0.8 minus 0.1 is 0.7, as the author of the rule expects.
 */
export function boundOf(
  value: number,
  direction: Direction,
  amount: Amount | undefined,
  towards: 'better' | 'worse',
): number {
  const by = amountOf(amount, value);
  if (by === 0) return value;
  // A value with more digits must not round to its other side.
  const isUp = (direction === 'max') === (towards === 'better');
  const bound = Number((isUp ? value + by : value - by).toPrecision(DIGITS));
  return isUp ? Math.max(bound, value) : Math.min(bound, value);
}

/** The decimal digits that every double preserves (IEEE 754, binary64). */
const DIGITS = 15;

/**
 * Whether a value is better than another by more than a margin. Ties are not better, so they change nothing. NaN is
 * never better, and any number is better than NaN or none.
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

/** Orders values, the best first. None and NaN tie for the last place. */
export function compareBest(a: number | null, b: number | null, direction: Direction): number {
  if (isBetter(a, b, direction)) return -1;
  return isBetter(b, a, direction) ? 1 : 0;
}
