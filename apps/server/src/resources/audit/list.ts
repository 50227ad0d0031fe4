import { sqlOn } from '@modelbox/db';
import { LIMIT_DEFAULT } from '@modelbox/schema';
import { badCursor, decodeCursor } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Context } from '../../protocol/context.ts';
import type { Room } from '../../protocol/kinds.ts';
import type { Verb } from '../../protocol/verb.ts';
import { conditions, type EntryRow, entriesOf, type Key, toEntry, type Wanted } from './find.ts';
import { scopeOf } from './scope.ts';

export const listAudit: Verb<'audit.list'> = async (ctx, { query, touched: { namespace } }) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const wanted = await scopeOf(ctx, query, namespace);
  const body = await pageOf(ctx, {
    limit,
    // Entries are small but costly to find.
    batch: limit,
    after: query.cursor === undefined ? undefined : keyOf(query.cursor),
    read: (before, count, room) => entriesBefore(ctx, wanted, before, count, room),
    toItem: toEntry,
    cursorOf: (row: EntryRow): Key => [row.at.getTime(), row.id],
  });
  return { status: 200, body };
};

function entriesBefore(
  { db }: Context,
  wanted: Wanted,
  before: Key | undefined,
  count: number,
  room: Room,
): Promise<(EntryRow & SizedRow)[]> {
  const values: unknown[] = [];
  const param = (value: unknown) => `$${values.push(value)}`;
  const by = conditions(wanted, param);
  const older =
    before && `(t.at, t.id) < (${param(new Date(before[0]))}::timestamptz, ${param(before[1])}::bigint)`;
  const statement = entriesOf({
    where: (table) => (older ? `${by(table)} AND ${older}` : by(table)),
    order: 'DESC',
    limit: param(count),
  });
  return sqlOn(db.requests)(sizedSql(statement, param(room.bytes), param(room.isEmpty)), values);
}

/** The last millisecond of the year 9999. */
const LATEST = 253_402_300_799_999;

function keyOf(cursor: string): Key {
  const value = decodeCursor(cursor);
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isSafeInteger)) throw badCursor();
  const [at, id] = value as [number, number];
  if (Math.abs(at) > LATEST) throw badCursor();
  return [at, id];
}
