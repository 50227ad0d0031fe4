import type { Amount, Direction } from './document.ts';

/**
 * How much an amount is, beside the value that is compared with. A share of an infinity is nothing: it would be infinite
 * itself, and no loss ever better by that much than one that has diverged.
 */
export const amountOf = (amount: Amount | undefined, beside: number): number =>
  amount?.abs ?? (Number.isFinite(beside) ? Math.abs(beside) * (amount?.rel ?? 0) : 0);

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
  const by = amountOf(margin, other);
  return direction === 'max' ? value > other + by : value < other - by;
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
  const by = amountOf(tolerance, other);
  return direction === 'max' ? value < other - by : value > other + by;
}

/** Orders values with the best first; none and NaN come last, alike. */
export function compareBest(a: number | null, b: number | null, direction: Direction): number {
  if (isBetter(a, b, direction)) return -1;
  return isBetter(b, a, direction) ? 1 : 0;
}
