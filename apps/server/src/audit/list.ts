import { LIMIT_DEFAULT } from '@modelbox/schema';
import type { Verb } from '../http/verb.ts';
import { badCursor, decodeCursor, pageOf } from '../lists/cursor.ts';
import { runList } from '../lists/run.ts';
import { conditions, type EntryRow, entriesOf, type Key, toEntry } from './find.ts';
import { scopeOf } from './scope.ts';

/** Entries, newest first. What is recorded while somebody pages shifts no page. */
export const listAudit: Verb<'audit.list'> = async (ctx, { query, touched: { namespace } }) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const wanted = await scopeOf(ctx, query, namespace);
  const values: unknown[] = [];
  const param = (value: unknown) => `$${values.push(value)}`;
  const before = query.cursor === undefined ? undefined : keyOf(query.cursor);
  const by = conditions(wanted, param);
  const older =
    before && `(t.at, t.id) < (${param(new Date(before[0]))}::timestamptz, ${param(before[1])}::bigint)`;
  const statement = entriesOf({
    where: (table) => (older ? `${by(table)} AND ${older}` : by(table)),
    order: 'DESC',
    limit: param(limit + 1),
  });
  const rows = await runList<EntryRow>(ctx, statement, values);
  return {
    status: 200,
    body: pageOf(rows, limit, toEntry, (row): Key => [row.at.getTime(), row.id]),
  };
};

/** The last millisecond of the year 9999. */
const LATEST = 253_402_300_799_999;

function keyOf(cursor: string): Key {
  const value = decodeCursor(cursor);
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isSafeInteger)) throw badCursor();
  const [at, id] = value as [number, number];
  if (Math.abs(at) > LATEST) throw badCursor();
  return [at, id];
}
