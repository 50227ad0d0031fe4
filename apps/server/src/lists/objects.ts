import { createHash } from 'node:crypto';
import {
  CursorError,
  compileFilter,
  compileKeyset,
  compileOrderBy,
  FilterError,
  formatOrderBy,
  parseFilter,
  parseOrderBy,
  type SqlSchema,
} from '@modelbox/domain';
import { LIMIT_DEFAULT, type ObjectKind } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { invalid } from '../http/problem.ts';
import type { Answered } from '../http/verb.ts';
import { readInOrder } from '../kinds/read.ts';
import { badCursor, decodeCursor, encodeCursor, isStorable } from './cursor.ts';
import { runList } from './run.ts';

/** A list of objects of one kind. */
export interface ObjectList {
  readonly kind: ObjectKind;
  /** FROM with its joins; the alias of `idSql` is among them. */
  readonly from: string;
  readonly idSql: string;
  readonly schema: SqlSchema;
  readonly defaultOrder: string;
  /** Conditions with `$1`, `$2`, … for `values`. */
  readonly where: readonly string[];
  readonly values: readonly unknown[];
}

interface ListQuery {
  filter?: string | undefined;
  orderBy?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** One page, by keyset: the cursor holds the order's values of the last row, so that inserts move nothing. */
export async function listObjects(
  ctx: RequestContext,
  list: ObjectList,
  query: ListQuery,
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const filter = located('filter', () => parseFilter(query.filter ?? '', list.schema));
  const order = located('orderBy', () => parseOrderBy(query.orderBy ?? list.defaultOrder, list.schema));
  const values: unknown[] = [...list.values];
  const where = [...list.where];
  const condition = compileFilter(filter, list.schema, values.length + 1);
  values.push(...condition.params);
  where.push(condition.sql);
  const compiled = compileOrderBy(order, list.schema, values.length + 1);
  values.push(...compiled.params);
  const of = fingerprint(list, query.filter, formatOrderBy(order));
  if (query.cursor !== undefined) {
    const keyset = compileCursor(compiled.keys, query.cursor, of, values.length + 1);
    values.push(...keyset.params);
    where.push(keyset.sql);
  }
  const rows = await runList<{ id: string; cursor: (string | null)[] }>(
    ctx,
    `SELECT ${list.idSql} AS id, ARRAY[${compiled.keys.map((key) => key.cursorSql).join(', ')}] AS cursor
     FROM ${list.from} WHERE ${where.join(' AND ')} ORDER BY ${compiled.orderBy} LIMIT ${limit + 1}`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    status: 200,
    body: {
      items: await readInOrder(
        ctx,
        list.kind,
        shown.map((row) => row.id),
      ),
      nextCursor: rows.length > limit && last ? encodeCursor({ of, after: last.cursor }) : null,
    },
  };
}

/** A cursor belongs to one list with one filter and one order. */
const fingerprint = (list: ObjectList, filter: string | undefined, order: string): string =>
  createHash('sha256')
    .update(JSON.stringify([list.kind, list.where, list.values, filter ?? '', order]))
    .digest('base64url')
    .slice(0, 16);

function compileCursor(
  keys: Parameters<typeof compileKeyset>[0],
  text: string,
  of: string,
  firstParam: number,
) {
  const cursor = decodeCursor(text) as { of?: unknown; after?: unknown } | null;
  const after = cursor?.after;
  const isWhole =
    Array.isArray(after) &&
    after.every((value) => value === null || (typeof value === 'string' && isStorable(value)));
  if (cursor?.of !== of || !isWhole) throw badCursor();
  try {
    return compileKeyset(keys, after, firstParam);
  } catch (error) {
    if (error instanceof CursorError) throw badCursor();
    throw error;
  }
}

/** A fault in a filter or order as a problem that says where it is and what was expected. */
function located<T>(parameter: 'filter' | 'orderBy', parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, position, expected } = error;
    throw invalid([{ in: 'query', pointer: `/${parameter}`, message, position, expected: [...expected] }]);
  }
}
