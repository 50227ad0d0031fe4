import type { CompareOperator, Condition, Filter, ScalarType, Value } from './ast.ts';
import { matchLike } from './like.ts';
import { type FilterObject, readRef } from './object.ts';
import { compareText, lowerAscii } from './text.ts';
import { canonicalTime } from './time.ts';

/** The result of a condition. Null is unknown, like NULL in SQL. */
export type Truth = boolean | null;

/** Evaluates a filter in memory, with the result of the compiled SQL on the same row. */
export function evaluateFilter(filter: Filter, object: FilterObject): Truth {
  return filter.condition === null ? true : evaluate(filter.condition, object);
}

function evaluate(node: Condition, object: FilterObject): Truth {
  switch (node.kind) {
    case 'and':
      return combine(node.terms, object, false);
    case 'or':
      return combine(node.terms, object, true);
    case 'not':
      return negate(evaluate(node.term, object), true);
    case 'compare': {
      const value = readAs(node.value.type, readRef(node.ref, object));
      return value === null ? null : compares(node.operator, value, node.value);
    }
    case 'in': {
      const value = readAs((node.values[0] as Value).type, readRef(node.ref, object));
      return value === null ? null : negate(anyEqual(value, node.values), node.negated);
    }
    case 'like': {
      const text = readRef(node.ref, object);
      if (typeof text !== 'string') return null;
      const fold = node.ignoreCase ? lowerAscii : (same: string): string => same;
      return negate(matchLike(fold(text), fold(node.pattern)), node.negated);
    }
    case 'member': {
      const list = readRef(node.ref, object);
      if (!Array.isArray(list)) return null;
      return negate(list.includes(node.value.value), node.negated);
    }
    case 'null': {
      const value = readRef(node.ref, object);
      const missing = node.ref.kind === 'set' ? (value as readonly string[]).length === 0 : isMissing(value);
      return missing !== node.negated;
    }
  }
}

/** AND and OR: one `decisive` term decides. Otherwise one unknown term makes the result unknown. */
function combine(terms: readonly Condition[], object: FilterObject, decisive: boolean): Truth {
  let truth: Truth = !decisive;
  for (const term of terms) {
    const one = evaluate(term, object);
    if (one === decisive) return decisive;
    if (one === null) truth = null;
  }
  return truth;
}

function negate(truth: Truth, negated: boolean): Truth {
  return truth === null || !negated ? truth : !truth;
}

/** IN is a chain of `=` joined by OR. NaN is unequal to no number, so NaN is unknown unless the list contains NaN. */
function anyEqual(value: Value, values: readonly Value[]): Truth {
  let truth: Truth = false;
  for (const one of values) {
    const equal = compares('=', value, one);
    if (equal === true) return true;
    if (equal === null) truth = null;
  }
  return truth;
}

/** Compares two values of the same type. NaN equals NaN and is unknown against other numbers. */
function compares(operator: CompareOperator, left: Value, right: Value): Truth {
  if (Number.isNaN(right.value)) return Number.isNaN(left.value) === (operator === '=');
  if (Number.isNaN(left.value)) return null;
  const order = compareSame(left.value, right.value);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Orders two values of the same type. Text is ordered by code point. */
export function compareSame(left: Value['value'], right: Value['value']): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Returns the value if it has the type, otherwise null. */
export function readAs(type: ScalarType, value: unknown): Value | null {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? { type, value } : null;
    case 'boolean':
      return typeof value === 'boolean' ? { type, value } : null;
    case 'integer':
    case 'number':
      return typeof value === 'number' ? { type, value } : null;
    case 'uuid':
      return typeof value === 'string' ? { type, value: value.toLowerCase() } : null;
    case 'time': {
      const time = timeOf(value);
      return time === null ? null : { type, value: time };
    }
  }
}

/** Returns the canonical text of a time. Null if the value is no valid time. */
function timeOf(value: unknown): string | null {
  if (typeof value === 'string') return canonicalTime(value);
  if (!(value instanceof Date) || !Number.isFinite(value.getTime())) return null;
  return canonicalTime(value.toISOString());
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
