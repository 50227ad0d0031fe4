import type { OrderTerm } from './ast.ts';
import { collectParams, type Params, type SqlParam } from './params.ts';
import type { SqlSchema } from './schema.ts';
import { fieldSql, metadataColumn, metricSql } from './sql.ts';
import { metadataPath, ofType, textOf } from './sql-metadata.ts';

/** The type of a key comparison. `numeric` is a number in the metadata. */
export type KeyType = 'text' | 'number' | 'integer' | 'boolean' | 'time' | 'uuid' | 'numeric';

/** An expression of ORDER BY, with what a keyset page needs to continue after a row. */
export interface OrderKey {
  type: KeyType;
  /** The sorted expression: the value, or its negative for a descending `number`, so that NaN stays last. */
  sql: string;
  /** The direction of that expression. Its nulls come last. */
  direction: 'ASC' | 'DESC';
  negative: boolean;
  nullable: boolean;
  /** An expression for the cursor value of the row: the exact value as text, or NULL. */
  cursorSql: string;
}

export interface CompiledOrder {
  keys: OrderKey[];
  /** All keys, as the text after ORDER BY. */
  orderBy: string;
  params: SqlParam[];
}

/**
 * Compiles an order. Text sorts by code point. NaN and then missing values come last in both directions. A metadata
 * path gives two keys: numbers come first, then strings, then everything else as missing.
 */
export function compileOrderBy(
  terms: readonly OrderTerm[],
  schema: SqlSchema,
  namespaceId?: string,
): CompiledOrder {
  const params = collectParams(1, namespaceId);
  const keys = terms.flatMap((term) => termKeys(term, schema, params));
  return { keys, orderBy: keys.map(orderSql).join(', '), params: params.values };
}

function termKeys({ ref, descending, prefix }: OrderTerm, schema: SqlSchema, params: Params): OrderKey[] {
  switch (ref.kind) {
    case 'field': {
      const nullable = ref.name !== (schema.unique ?? 'id') && schema.fields[ref.name]?.nullable !== false;
      return [key(ref.type, beginning(fieldSql(schema, ref.name), prefix), descending, nullable)];
    }
    case 'metric':
      return [key('number', metricSql(schema, ref, params), descending, true)];
    case 'metadata': {
      const value = metadataPath(ref, metadataColumn(schema), params);
      return [
        key('numeric', `(${ofType('number', value, `${value}::numeric`)})`, descending, true),
        key('text', beginning(`(${ofType('string', value, textOf(value))})`, prefix), descending, true),
      ];
    }
  }
}

const beginning = (text: string, prefix: number | null): string =>
  prefix === null ? text : `left(${text}, ${prefix})`;

function key(type: KeyType, value: string, descending: boolean, nullable: boolean): OrderKey {
  const negative = type === 'number' && descending;
  const direction = descending && !negative ? 'DESC' : 'ASC';
  const sql = negative ? `(-${value})` : type === 'text' ? `${value} COLLATE "C"` : value;
  return { type, sql, direction, negative, nullable, cursorSql: cursorSql(type, value) };
}

/** Postgres sorts nulls last when ascending, and an index on a non-null key fits only without a NULLS clause. */
function orderSql({ sql, direction, nullable }: OrderKey): string {
  return direction === 'DESC' && nullable ? `${sql} DESC NULLS LAST` : `${sql} ${direction}`;
}

function cursorSql(type: KeyType, value: string): string {
  if (type === 'text') return value;
  if (type === 'time') return `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `${value}::text`;
}
