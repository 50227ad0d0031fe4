import { LIMIT_DEFAULT } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import type { Room } from '../../protocol/kinds.ts';
import { encodeCursor } from './cursor.ts';
import type { SizedRow } from './sized.ts';

/** Most rows per statement: Postgres measures all of them, even those that do not fit into the page. */
const BATCH = 200;

interface PageOf<Row, At, Item> {
  readonly limit: number | undefined;
  readonly after: At | undefined;
  /** Most rows per statement. Raise it only for rows that are small and costly to find. */
  readonly batch?: number;
  /** Reads at most `count` rows after a position with a statement of `sizedSql`. */
  readonly read: (after: At | undefined, count: number, room: Room) => Promise<(Row & SizedRow)[]>;
  readonly toItem: (row: Row) => Item;
  readonly cursorOf: (row: Row) => At;
}

/** Reads a page of at most `limit` rows that fit into its reserved memory. The first row always fits. */
export async function pageOf<Row extends object, At, Item>(
  { reservePage, reserve }: RequestContext,
  { limit = LIMIT_DEFAULT, after, batch = BATCH, read, toItem, cursorOf }: PageOf<Row, At, Item>,
) {
  const shown: Row[] = [];
  let at = after;
  const bytes = reservePage();
  const room: Room = { bytes, isEmpty: true };
  let isMore = true;
  while (isMore && shown.length < limit) {
    const count = Math.min(batch, limit - shown.length);
    // One more row shows whether another page follows.
    const rows = await read(at, count + 1, room);
    // A later batch is empty only if its first row does not fit: then another page follows.
    if (rows.length === 0) {
      isMore = shown.length > 0;
      break;
    }
    for (const { rowBytes, rowCount: _, rowIndex: __, rowTotal: ___, ...row } of rows.slice(0, count)) {
      shown.push(row as unknown as Row);
      room.bytes -= rowBytes;
    }
    room.isEmpty = false;
    const found = rows[0]?.rowCount ?? 0;
    isMore = found > count;
    at = cursorOf(shown.at(-1) as Row);
    if (rows.length < Math.min(found, count)) {
      isMore = true;
      break;
    }
  }
  reserve(bytes - room.bytes);
  return {
    items: shown.map(toItem),
    nextCursor: isMore ? encodeCursor(at) : null,
  };
}
