import { isUuid } from '../names.ts';
import { CursorError } from './error.ts';
import type { KeyType, OrderKey } from './order-sql.ts';
import { collectParams, type Params, type Sql } from './params.ts';
import { SQL_TYPES } from './sql-scalar.ts';
import { findUnstorable } from './text.ts';
import { canonicalTime } from './time.ts';
import { toNumber } from './values.ts';

/** The cursor values of one row, in the order of the keys: what their `cursorSql` gave. */
export type CursorValues = readonly (string | null)[];

/**
 * Compiles the condition for the rows that come after a given one in the order of `keys`. The values may come
 * from a client: throws CursorError when they do not fit the keys, so that Postgres never has to.
 */
export function compileKeyset(keys: readonly OrderKey[], cursor: CursorValues, firstParam = 1): Sql {
  if (cursor.length !== keys.length) throw new CursorError('the cursor belongs to another order');
  const params = collectParams(firstParam);
  const sides = keys.map((key, i) => ({ key, right: rightSide(key, cursor[i] as string | null, params) }));
  return { sql: rowComparison(sides) ?? expanded(sides), params: params.values };
}

interface Side {
  key: OrderKey;
  /** The cursor's value as an expression to compare `key.sql` with; null for a missing one. */
  right: string | null;
}

/** `(a, b) > (x, y)`: what an index on all keys serves best; only for one direction and no nulls. */
function rowComparison(sides: readonly Side[]): string | null {
  const direction = sides[0]?.key.direction;
  if (sides.some(({ key }) => key.nullable || key.direction !== direction)) return null;
  const row = (parts: readonly (string | null)[]): string =>
    parts.length === 1 ? `${parts[0]}` : `(${parts.join(', ')})`;
  const left = row(sides.map(({ key }) => key.sql));
  return `(${left} ${direction === 'DESC' ? '<' : '>'} ${row(sides.map(({ right }) => right))})`;
}

/** After in the first key, or tied in it and after in the rest. */
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
  // Says again what follows from the rest: an index scan can start there.
  return `(${first.key.sql} ${first.key.direction === 'DESC' ? '<=' : '>='} ${first.right} AND ${sql})`;
}

/** Nothing comes after a missing value, and missing values come after all others. */
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

/** The value in a form that Postgres is sure to read in each type, or null. */
const READ: Readonly<Record<KeyType, (value: string) => string | null>> = {
  text: (value) => only(findUnstorable(value) < 0, value),
  // Through a double: Postgres refuses a float8 that underflows, such as 1e-400.
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

/** A finite number as Postgres or JavaScript writes it, the long forms of numeric included. */
function isDecimal(value: string): boolean {
  return (
    value.length <= 1100 && /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/.test(value) && Number.isFinite(Number(value))
  );
}
