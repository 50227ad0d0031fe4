import { isUuid } from '../names.ts';
import type { CompareOperator, Ref, ScalarRef, ScalarType, Span, Value } from './ast.ts';
import { FilterError } from './error.ts';
import { canonicalTime, canonicalTimeOfMillis } from './time.ts';

/** A literal as written, before its comparison decides its type. */
export type Literal = Span & { value: string | number | boolean };

/** The numbers that JSON lacks, by their names in answers. */
const SPECIAL_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

const WANTED: Readonly<Record<ScalarType, string>> = {
  text: 'a string in quotes',
  number: "a number, 'NaN', 'Infinity' or '-Infinity'",
  integer: 'a whole number',
  boolean: 'TRUE or FALSE',
  time: "a time such as '2026-01-31T12:00:00Z'",
  uuid: 'an id in quotes',
};

/** Describes the literals that a reference can be compared with, for people. */
export function wantedValues(ref: ScalarRef): string[] {
  if (ref.kind === 'metadata') return [WANTED.text, 'a number', WANTED.boolean];
  return [WANTED[ref.kind === 'metric' ? 'number' : ref.type]];
}

/** Converts a literal to the type and form of its comparison. Throws FilterError if it does not fit. */
export function toValue(literal: Literal, ref: ScalarRef): Value {
  const value =
    ref.kind === 'metadata'
      ? plainValue(literal.value)
      : coerce(literal.value, ref.kind === 'metric' ? 'number' : ref.type);
  if (value === null) throw new FilterError('the value does not fit the field', literal, wantedValues(ref));
  return value.type === 'text' ? { ...value, value: storedText(value.value, ref) } : value;
}

/** Converts a literal or LIKE pattern to the form in which the referenced text is stored. */
export function storedText(text: string, ref: Ref): string {
  const isNormalized = ref.kind === 'set' || (ref.kind === 'field' && ref.nfc === true);
  return isNormalized ? text.normalize('NFC') : text;
}

export function plainValue(
  value: string | number | boolean,
): Value & { type: 'text' | 'number' | 'boolean' } {
  if (typeof value === 'string') return { type: 'text', value };
  return typeof value === 'number' ? { type: 'number', value } : { type: 'boolean', value };
}

/** Rejects order operators for booleans and NaN, which have no order. */
export function checkOperator(operator: CompareOperator, value: Value, span: Span): void {
  if (operator === '=' || operator === '!=') return;
  if (value.type === 'boolean' || Number.isNaN(value.value)) {
    const what = value.type === 'boolean' ? 'TRUE and FALSE' : 'NaN';
    throw new FilterError(`${what} can be compared only by = and !=`, span, ['=', '!=']);
  }
}

/** Converts the JSON form of a metric value to a number, or null. */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && Object.hasOwn(SPECIAL_NUMBERS, value)
    ? (SPECIAL_NUMBERS[value] ?? null)
    : null;
}

function coerce(value: string | number | boolean, type: ScalarType): Value | null {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? { type, value } : null;
    case 'boolean':
      return typeof value === 'boolean' ? { type, value } : null;
    case 'number': {
      const number = toNumber(value);
      return number === null ? null : { type, value: number };
    }
    case 'integer':
      return Number.isSafeInteger(value) ? { type, value: value as number } : null;
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? { type, value: value.toLowerCase() } : null;
    case 'time': {
      const time = timeOf(value);
      return time === null ? null : { type, value: time };
    }
  }
}

/** MLflow writes times as milliseconds since 1970. */
function timeOf(value: string | number | boolean): string | null {
  if (typeof value === 'string') return canonicalTime(value);
  return Number.isSafeInteger(value) ? canonicalTimeOfMillis(value as number) : null;
}
