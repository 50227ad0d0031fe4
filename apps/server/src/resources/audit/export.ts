import { Readable } from 'node:stream';
import { sqlOn } from '@modelbox/db';
import type { Context, RequestContext } from '../../protocol/context.ts';
import type { Verb } from '../../protocol/verb.ts';
import { conditions, type EntryRow, entriesOf, type Key, SOURCES, toEntry, type Wanted } from './find.ts';
import { scopeOf } from './scope.ts';

/** Entries per statement, matching or not: so no statement takes long, even if few entries match. */
const WINDOW = 5_000;

/**
 * Exports the entries that exist at the start, oldest first, one per line. Uses no transaction or connection between
 * two pages, and reads a page only after the client has read the previous one.
 */
export const exportAudit: Verb<'audit.export'> = async (ctx, { query, touched: { namespace } }) => {
  const headers = {
    'content-type': 'application/x-ndjson',
    'content-disposition': 'attachment; filename="audit.ndjson"',
  };
  const wanted = await scopeOf(ctx, query, namespace);
  if (ctx.method === 'HEAD') return { status: 200, headers };
  const pages = pagesOf(ctx, wanted);
  // A failure of the first page still gets a status.
  const first = await pages.next();
  return { status: 200, headers, stream: Readable.from(lines(first, pages), { objectMode: false }) };
};

async function* lines(
  first: IteratorResult<EntryRow[], void>,
  rest: AsyncGenerator<EntryRow[], void>,
): AsyncGenerator<string, void> {
  for (let page = first; !page.done; page = await rest.next()) {
    // No entry of this window matches.
    if (page.value.length === 0) continue;
    yield page.value.map((row) => `${JSON.stringify(toEntry(row))}\n`).join('');
  }
}

async function* pagesOf(ctx: RequestContext, wanted: Wanted): AsyncGenerator<EntryRow[], void> {
  let from: Key = [wanted.since === undefined ? 0 : new Date(wanted.since).getTime(), 0];
  const end = await ctx.costs.run(ctx, (leased) => endOf(leased, wanted));
  for (let patience = {}; end !== undefined && isBefore(from, end); patience = PATIENT) {
    const next = await ctx.costs.run(ctx, (leased) => nextWindow(leased, wanted, from, end), patience);
    yield next.entries;
    from = next.to;
  }
}

/** An answer that has begun waits for its turns without a time limit. */
const PATIENT = { wait: Number.POSITIVE_INFINITY };

/** Reads the entries of the next window, and the end of the window. */
async function nextWindow(ctx: Context, wanted: Wanted, from: Key, end: Key) {
  const to = (await windowAfter(ctx, from, end)) ?? end;
  return { entries: await entriesBetween(ctx, wanted, from, to), to };
}

const isBefore = ([at, id]: Key, other: Key): boolean => at < other[0] || (at === other[0] && id < other[1]);

interface KeyRow {
  readonly at: Date;
  readonly id: number;
}
const keyOf = (row: KeyRow | undefined): Key | undefined => row && [row.at.getTime(), row.id];

/** Builds the statement for the keys of all entries, matching or not. */
const keys = (where: string, order: 'ASC' | 'DESC', limit: number): string =>
  SOURCES.map(
    ({ table, where: own }) =>
      `(SELECT t.at, t.id FROM ${table} t WHERE ${own} AND ${where}
         ORDER BY t.at ${order}, t.id ${order} LIMIT ${limit})`,
  ).join(' UNION ALL ');

/** Returns the key of the last entry, or of `until` if that is earlier. Undefined if there is no entry. */
async function endOf({ db }: Context, { until }: Wanted): Promise<Key | undefined> {
  const [row] = await sqlOn(db.requests)<KeyRow>(
    `SELECT at, id FROM (${keys('true', 'DESC', 1)}) AS k ORDER BY at DESC, id DESC LIMIT 1`,
    [],
  );
  const last = keyOf(row);
  // `until` may be more precise than a millisecond. The statement for the entries compares its full precision.
  const end: Key | undefined = until === undefined ? undefined : [new Date(until).getTime() + 1, 0];
  return end !== undefined && last !== undefined && isBefore(end, last) ? end : last;
}

const WITHIN =
  '(t.at, t.id) > ($1::timestamptz, $2::bigint) AND (t.at, t.id) <= ($3::timestamptz, $4::bigint)';
const bounds = (from: Key, to: Key): unknown[] => [new Date(from[0]), from[1], new Date(to[0]), to[1]];

async function windowAfter({ db }: Context, from: Key, end: Key): Promise<Key | undefined> {
  const [row] = await sqlOn(db.requests)<KeyRow>(
    `SELECT at, id FROM (${keys(WITHIN, 'ASC', WINDOW)}) AS k ORDER BY at, id OFFSET ${WINDOW - 1} LIMIT 1`,
    bounds(from, end),
  );
  return keyOf(row);
}

function entriesBetween({ db }: Context, wanted: Wanted, from: Key, to: Key): Promise<EntryRow[]> {
  const values = bounds(from, to);
  const by = conditions(wanted, (value) => `$${values.push(value)}`);
  const statement = entriesOf({ where: (table) => `${WITHIN} AND ${by(table)}`, order: 'ASC' });
  return sqlOn(db.requests)<EntryRow>(statement, values);
}
