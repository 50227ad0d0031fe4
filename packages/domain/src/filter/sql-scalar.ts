import type { Compare, CompareOperator, In, Like, ScalarType, Value } from './ast.ts';
import type { Params } from './params.ts';
import { lowerAscii } from './text.ts';

/** The SQL type in which each scalar is compared. */
export const SQL_TYPES: Readonly<Record<ScalarType, string>> = {
  text: 'text',
  number: 'float8',
  integer: 'int8',
  boolean: 'boolean',
  time: 'timestamptz',
  uuid: 'uuid',
};

/** Compiles a term on an SQL expression of the same type: true if it passes, otherwise false or NULL. */
export function scalarTerm(node: Compare | In | Like, value: string, params: Params): string {
  switch (node.kind) {
    case 'compare':
      return comparison(node.operator, node.value, value, params);
    case 'in':
      return inList(node, value, params);
    case 'like':
      return likeSql(node, value, params);
  }
}

/** Compares text by code point. Equality names no collation, so any index can serve it. */
function comparison(operator: CompareOperator, literal: Value, value: string, params: Params): string {
  const right = params.add(String(literal.value), SQL_TYPES[literal.type]);
  if (operator === '=') return `${value} = ${right}`;
  // Postgres sorts NaN above all numbers. Here, NaN is neither above nor unequal to any number.
  const excludesNaN = literal.type === 'number' && !operator.startsWith('<') && !Number.isNaN(literal.value);
  if (operator === '!=') return `${value} <> ${right}${excludesNaN ? notNaN(value) : ''}`;
  const left = literal.type === 'text' ? `${value} COLLATE "C"` : value;
  return `${left} ${operator} ${right}${excludesNaN ? notNaN(value) : ''}`;
}

function inList(node: In, value: string, params: Params): string {
  const type = (node.values[0] as Value).type;
  const list = params.add(
    node.values.map((one) => String(one.value)),
    `${SQL_TYPES[type]}[]`,
  );
  if (!node.negated) return `${value} = ANY (${list})`;
  // NaN differs from numbers only if the list contains NaN. For other lists, NaN is unknown.
  const excludesNaN = type === 'number' && !node.values.some((one) => Number.isNaN(one.value));
  return `${value} <> ALL (${list})${excludesNaN ? notNaN(value) : ''}`;
}

function notNaN(value: string): string {
  return ` AND ${value} <> 'NaN'::float8`;
}

/** LIKE on a text expression. ILIKE lower-cases A–Z on both sides. */
export function likeSql(node: Like, value: string, params: Params): string {
  const pattern = params.add(node.ignoreCase ? lowerAscii(node.pattern) : node.pattern, 'text');
  const left = node.ignoreCase ? `lower(${value} COLLATE "C")` : `${value} COLLATE "C"`;
  return `${left} ${node.negated ? 'NOT LIKE' : 'LIKE'} ${pattern}`;
}
