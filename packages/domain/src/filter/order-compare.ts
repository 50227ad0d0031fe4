import type { OrderTerm, ScalarType } from './ast.ts';
import { compareSame, readAs } from './evaluate.ts';
import { type FilterObject, readRef } from './object.ts';

/**
 * Compares two objects in the order of the compiled SQL, for `Array.sort`. Returns 0 only if their unique fields are
 * equal.
 */
export function compareByOrder(terms: readonly OrderTerm[], a: FilterObject, b: FilterObject): number {
  for (const { ref, descending, prefix } of terms) {
    const types: ScalarType[] =
      ref.kind === 'metadata' ? ['number', 'text'] : [ref.kind === 'metric' ? 'number' : ref.type];
    const left = beginning(readRef(ref, a), prefix);
    const right = beginning(readRef(ref, b), prefix);
    for (const type of types) {
      const order = compareIn(type, left, right, descending);
      if (order !== 0) return order;
    }
  }
  return 0;
}

/** Truncates a text to its first code points, like `left()` in Postgres. */
const beginning = (value: unknown, prefix: number | null): unknown =>
  typeof value === 'string' && prefix !== null ? Array.from(value).slice(0, prefix).join('') : value;

function compareIn(type: ScalarType, left: unknown, right: unknown, descending: boolean): number {
  const x = readAs(type, left)?.value;
  const y = readAs(type, right)?.value;
  const late = lateness(x) - lateness(y);
  if (late !== 0 || x === undefined || y === undefined || Number.isNaN(x)) return late;
  return descending ? compareSame(y, x) : compareSame(x, y);
}

/** Ranks NaN, and then missing values and other types, last in both directions. */
function lateness(value: unknown): number {
  if (value === undefined) return 2;
  return Number.isNaN(value) ? 1 : 0;
}
