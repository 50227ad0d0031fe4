import type { Compare, In, IsNull, Like, Member, MetadataRef, Value } from './ast.ts';
import type { Params } from './params.ts';
import { likeSql } from './sql-scalar.ts';

/*
 * Metadata is a jsonb object. Equality and membership compile to containment (`@>`), which a GIN index with
 * jsonb_path_ops serves. Containment of objects down to one scalar is exact: an array does not contain an
 * object's key, and the special case of an array that contains a bare scalar exists at the root only. Numbers
 * compare as numeric, which orders the shortest decimals of doubles as the doubles themselves and cannot
 * overflow. Paths use `->` with text keys: unlike `#>`, it never takes a key for an array's index.
 */

const JSON_TYPES: Readonly<Record<string, string>> = { text: 'string', number: 'number', boolean: 'boolean' };

/** Compiles a comparison of a metadata value: true if it passes, otherwise false or NULL. */
export function metadataTerm(
  node: Compare | In | Like,
  ref: MetadataRef,
  column: string,
  params: Params,
): string {
  if (node.kind === 'like') {
    const value = metadataPath(ref, column, params);
    return ofType('string', value, likeSql(node, textOf(value), params));
  }
  if (node.kind === 'in') {
    const type = (node.values[0] as Value).type;
    const objects = node.values.map((one) => container(ref, one.value));
    const any = `${column} @> ANY (${params.add(objects, 'jsonb[]')})`;
    return node.negated ? unless(any, type, ref, column, params) : any;
  }
  const { operator, value: literal } = node;
  if (operator === '=' || operator === '!=') {
    const equal = `${column} @> ${params.add(container(ref, literal.value), 'jsonb')}`;
    return operator === '=' ? equal : unless(equal, literal.type, ref, column, params);
  }
  const value = metadataPath(ref, column, params);
  return literal.type === 'text'
    ? ofType('string', value, `${textOf(value)} COLLATE "C" ${operator} ${params.add(literal.value, 'text')}`)
    : ofType(
        'number',
        value,
        `${value}::numeric ${operator} ${params.add(String(literal.value), 'numeric')}`,
      );
}

/** Compiles `'x' IN metadata.list`: true if the array contains the value, false if not. */
export function metadataMember(node: Member, ref: MetadataRef, column: string, params: Params): string {
  const contains = `${column} @> ${params.add(container(ref, [node.value.value]), 'jsonb')}`;
  return node.negated ? unless(contains, 'array', ref, column, params) : contains;
}

/** JSON null counts as missing. */
export function metadataIsNull(node: IsNull, ref: MetadataRef, column: string, params: Params): string {
  const value = metadataPath(ref, column, params);
  return `COALESCE(jsonb_typeof(${value}), 'null') ${node.negated ? '<>' : '='} 'null'`;
}

/** The jsonb at a path, or NULL. */
export function metadataPath(ref: MetadataRef, column: string, params: Params): string {
  return `(${[column, ...ref.path.map((key) => params.add(key, 'text'))].join(' -> ')})`;
}

/** Guards an expression that fails on other JSON types: it is NULL for these. */
export function ofType(type: string, value: string, sql: string): string {
  return `CASE WHEN jsonb_typeof(${value}) = '${type}' THEN ${sql} END`;
}

/** The text of a JSON string. */
export function textOf(value: string): string {
  return `(${value} #>> '{}')`;
}

/** The value has the type, but the containment is false. */
function unless(contained: string, type: string, ref: MetadataRef, column: string, params: Params): string {
  const jsonType = JSON_TYPES[type] ?? type;
  return `jsonb_typeof(${metadataPath(ref, column, params)}) = '${jsonType}' AND NOT ${contained}`;
}

/** Builds the smallest object with the value at the path. */
function container(ref: MetadataRef, value: unknown): string {
  return JSON.stringify(ref.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value));
}
