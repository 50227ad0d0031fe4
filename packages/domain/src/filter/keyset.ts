import { isUuid } from '../names.ts';
import { CursorError } from './error.ts';
import type { KeyType, OrderKey } from './order-sql.ts';
import { collectParams, type Params, type Sql } from './params.ts';
import { SQL_TYPES } from './sql-scalar.ts';
import { findUnstorable } from './text.ts';
import { canonicalTime } from './time.ts';
import { toNumber } from './values.ts';

/** The values of `cursorSql` of one row, in the order of the keys. */
export type CursorValues = readonly (string | null)[];

/**
 * Compiles the condition for the rows after a given row in the order of `keys`. Clients can forge cursor values:
 * values that do not fit the keys throw CursorError and never reach Postgres.
 */
export function compileKeyset(keys: readonly OrderKey[], cursor: CursorValues, firstParam = 1): Sql {
  if (cursor.length !== keys.length) throw new CursorError('the cursor belongs to another order');
  const params = collectParams(firstParam);
  const sides = keys.map((key, i) => ({ key, right: rightSide(key, cursor[i] as string | null, params) }));
  return { sql: rowComparison(sides) ?? expanded(sides), params: params.values };
}

interface Side {
  key: OrderKey;
  /** The cursor value as an expression to compare `key.sql` with. Null if missing. */
  right: string | null;
}

/** Returns `(a, b) > (x, y)`, which an index on all keys serves best. Requires a single direction and no nulls. */
function rowComparison(sides: readonly Side[]): string | null {
  const direction = sides[0]?.key.direction;
  if (sides.some(({ key }) => key.nullable || key.direction !== direction)) return null;
  const row = (parts: readonly (string | null)[]): string =>
    parts.length === 1 ? `${parts[0]}` : `(${parts.join(', ')})`;
  const left = row(sides.map(({ key }) => key.sql));
  return `(${left} ${direction === 'DESC' ? '<' : '>'} ${row(sides.map(({ right }) => right))})`;
}

/** Compares key by key: greater in the first key, or equal there and greater in the rest. */
function expanded(sides: readonly Side[]): string {
  const last = sides.length - 1;
  let sql = 'FALSE';
  for (let i = last; i >= 0; i--) {
    const side = sides[i] as Side;
    const tie = side.right === null ? `${side.key.sql} IS NULL` : `${side.key.sql} = ${side.right}`;
    const rest = i === last ? '' : `(${tie} AND ${sql})`;
    sql = [after(side), rest].filter((part) => part !== '').join(' OR ') || 'FALSE';
    sql = `(${sql})`;
  }
  const first = sides[0];
  if (first === undefined || first.right === null || first.key.nullable) return sql;
  // Redundant, but lets an index scan start at this row.
  return `(${first.key.sql} ${first.key.direction === 'DESC' ? '<=' : '>='} ${first.right} AND ${sql})`;
}

/** Missing values come last, so nothing comes after them. */
function after({ key, right }: Side): string {
  if (right === null) return '';
  const beyond = `${key.sql} ${key.direction === 'DESC' ? '<' : '>'} ${right}`;
  return key.nullable ? `${beyond} OR ${key.sql} IS NULL` : beyond;
}

function rightSide(key: OrderKey, value: string | null, params: Params): string | null {
  if (value === null && key.nullable) return null;
  const text = typeof value === 'string' ? READ[key.type](value) : null;
  if (text === null) throw new CursorError('the cursor belongs to another order, or was changed');
  const placeholder = params.add(text, key.type === 'numeric' ? 'numeric' : SQL_TYPES[key.type]);
  return key.negative ? `(-${placeholder})` : placeholder;
}

/** Converts the value to a form that Postgres can always parse, or null. */
const READ: Readonly<Record<KeyType, (value: string) => string | null>> = {
  text: (value) => only(findUnstorable(value) < 0, value),
  // Goes through a double, because Postgres rejects a float8 that underflows, such as 1e-400.
  number: (value) => toNumber(isDecimal(value) ? Number(value) : value)?.toString() ?? null,
  numeric: (value) => only(isDecimal(value), value),
  integer: (value) =>
    only(/^-?\d{1,19}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value), value),
  boolean: (value) => only(value === 'true' || value === 'false', value),
  time: (value) => only(canonicalTime(value) === value, value),
  uuid: (value) => only(isUuid(value), value),
};

function only(fits: boolean, value: string): string | null {
  return fits ? value : null;
}

/** Accepts a finite number as Postgres or JavaScript prints it, including long forms of numeric. */
function isDecimal(value: string): boolean {
  return (
    value.length <= 1100 && /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/.test(value) && Number.isFinite(Number(value))
  );
}
