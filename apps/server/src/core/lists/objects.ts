import { createHash } from 'node:crypto';
import { fragmentOf, Prisma, runSql, sqlOn } from '@modelbox/db';
import {
  CursorError,
  compileFilter,
  compileKeyset,
  compileOrderBy,
  decideAccess,
  FilterError,
  formatOrderBy,
  namespacesWith,
  parseFilter,
  parseOrderBy,
  type SqlSchema,
  usesMetrics,
} from '@modelbox/domain';
import { LIMIT_DEFAULT, type ListedKind } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import type { Room } from '../../protocol/kinds.ts';
import { HttpProblem, invalid } from '../../protocol/problem.ts';
import type { Answered } from '../../protocol/verb.ts';
import { readInOrder } from '../objects/read.ts';
import { badCursor, decodeCursor, encodeCursor, isStorable } from './cursor.ts';

export interface ObjectList {
  readonly kind: ListedKind;
  /** The namespace that is listed. Undefined: all namespaces that the caller may see. */
  readonly namespace: string | undefined;
  /** The FROM clause with its joins. It must contain the table of `idSql`. */
  readonly from: string;
  readonly idSql: string;
  readonly schema: SqlSchema;
  readonly defaultOrder: string;
  /** Conditions, all of which apply. */
  readonly where: readonly Prisma.Sql[];
  /** The namespace of all objects, if the metrics of the schema ask for it. */
  readonly namespaceId?: string;
}

interface ListQuery {
  filter?: string | undefined;
  orderBy?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Lists one page by keyset: the cursor has the sort values of the last row, so inserts do not shift pages. */
export async function listObjects(
  ctx: RequestContext,
  list: ObjectList,
  query: ListQuery,
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const filter = inParameter('filter', () => parseFilter(query.filter ?? '', list.schema));
  const order = inParameter('orderBy', () => parseOrderBy(query.orderBy ?? list.defaultOrder, list.schema));
  if (usesMetrics(filter, order)) demandMetrics(ctx, list);
  const { schema, namespaceId } = list;
  const condition = compileFilter(filter, schema, 1, namespaceId);
  const where = [...list.where, fragmentOf(condition.sql, condition.params)];
  const { keys, orderBy, params } = compileOrderBy(order, schema, namespaceId);
  const of = fingerprint(list, query.filter, formatOrderBy(order));
  if (query.cursor !== undefined) {
    const keyset = compileCursor(keys, query.cursor, of, params.length + 1);
    where.push(fragmentOf(keyset.sql, [...params, ...keyset.params]));
  }
  const cursor = keys.map(({ cursorSql }) => fragmentOf(cursorSql, params));
  const rows = await runSql<KeyRow>(
    sqlOn(ctx.db.requests),
    Prisma.sql`SELECT ${Prisma.raw(list.idSql)} AS id, ARRAY[${Prisma.join(cursor)}] AS cursor
      FROM ${Prisma.raw(list.from)} WHERE ${Prisma.join(where, ' AND ')}
      ORDER BY ${fragmentOf(orderBy, params)} LIMIT ${limit + 1}`,
  );
  const { items, last } = await readWithin(ctx, list.kind, rows.slice(0, limit));
  const after = rows[last]?.cursor;
  return {
    status: 200,
    body: {
      items,
      nextCursor: last < rows.length - 1 && after ? encodeCursor({ of, after }) : null,
    },
  };
}

interface KeyRow {
  readonly id: string;
  readonly cursor: (string | null)[];
}

/** Most objects per statement: Postgres builds all of them, even those that do not fit into the page. */
const BATCH = 100;

/** Reads the objects of the keys, in their order and as many as fit. The page ends at the key with the index `last`. */
async function readWithin(
  ctx: RequestContext,
  kind: ListedKind,
  keys: readonly KeyRow[],
): Promise<{ items: unknown[]; last: number }> {
  const bytes = ctx.reservePage();
  const room: Room = { bytes, isEmpty: true };
  const items: unknown[] = [];
  let last = -1;
  while (last < keys.length - 1) {
    const batch = keys.slice(last + 1, last + 1 + BATCH);
    const found = await readInOrder(
      ctx,
      kind,
      batch.map((row) => row.id),
      room,
    );
    items.push(...found.map(({ body }) => body));
    const reached = batch.findIndex(({ id }) => id === found.at(-1)?.id);
    // Objects at the end of a batch that were purged meanwhile look like objects that do not fit, so the page ends too.
    const isFull = reached < batch.length - 1 && !room.isEmpty;
    last += isFull ? reached + 1 : batch.length;
    if (isFull) break;
  }
  ctx.reserve(bytes - room.bytes);
  return { items, last };
}

/**
 * A filter or order reveals the values that it compares, so the caller needs `metric.read` in every listed namespace.
 */
function demandMetrics({ actor }: RequestContext, { kind, namespace }: ObjectList): void {
  if (actor.grants === 'all') return;
  const permission = 'metric.read';
  const listed = namespace === undefined ? namespacesWith(actor.grants, `${kind}.read`) : [namespace];
  for (const path of listed === 'all' ? [''] : listed) {
    if (decideAccess(actor, permission, path) === 'allowed') continue;
    const where = path === '' ? 'every namespace' : path;
    throw new HttpProblem(
      'forbidden',
      `The filter or order compares metrics. This needs the permission ${permission} on ${where}.`,
    ).because({ permission, kind, id: null, namespace: path, name: '' });
  }
}

/** Binds a cursor to one list with one filter and one order. */
const fingerprint = (list: ObjectList, filter: string | undefined, order: string): string =>
  createHash('sha256')
    .update(
      JSON.stringify([list.kind, list.where.map(({ text, values }) => [text, values]), filter ?? '', order]),
    )
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

/** Turns a syntax error of a filter or order into a problem with position and expected tokens. */
function inParameter<T>(parameter: 'filter' | 'orderBy', parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, position, expected } = error;
    throw invalid([{ in: 'query', pointer: `/${parameter}`, message, position, expected: [...expected] }]);
  }
}
