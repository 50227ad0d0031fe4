import type { Compare, CompareOperator, In, Like, ScalarType, Value } from './ast.ts';
import type { Params } from './params.ts';
import { lowerAscii } from './text.ts';

/** The SQL type that each scalar is compared in. */
export const SQL_TYPES: Readonly<Record<ScalarType, string>> = {
  text: 'text',
  number: 'float8',
  integer: 'int8',
  boolean: 'boolean',
  time: 'timestamptz',
  uuid: 'uuid',
};

/** A term on an SQL expression of the term's own type: true when it holds, else false or NULL. */
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

/** Text in order of code points; equality names no collation, so that any index serves it. */
function comparison(operator: CompareOperator, literal: Value, value: string, params: Params): string {
  const right = params.add(String(literal.value), SQL_TYPES[literal.type]);
  if (operator === '=') return `${value} = ${right}`;
  // Postgres holds NaN to be above all numbers; here it is above and unequal to none.
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
  // Only a list that holds NaN tells it from numbers; to all others NaN is unknown.
  const excludesNaN = type === 'number' && !node.values.some((one) => Number.isNaN(one.value));
  return `${value} <> ALL (${list})${excludesNaN ? notNaN(value) : ''}`;
}

function notNaN(value: string): string {
  return ` AND ${value} <> 'NaN'::float8`;
}

/** LIKE on a text expression; ILIKE is LIKE with A–Z lower-cased on both sides. */
export function likeSql(node: Like, value: string, params: Params): string {
  const pattern = params.add(node.ignoreCase ? lowerAscii(node.pattern) : node.pattern, 'text');
  const left = node.ignoreCase ? `lower(${value} COLLATE "C")` : `${value} COLLATE "C"`;
  return `${left} ${node.negated ? 'NOT LIKE' : 'LIKE'} ${pattern}`;
}
