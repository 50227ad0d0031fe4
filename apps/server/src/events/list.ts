import { isUuid } from '@modelbox/domain';
import { LIMIT_DEFAULT } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import type { Answered } from '../http/verb.ts';
import { badCursor, cursorAfter, pageOf } from '../lists/cursor.ts';
import type { Located } from '../objects/located.ts';
import { toEvent } from './read.ts';

interface EventQuery {
  name?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** The events of an object, newest first. Their ids sort by the time they were made. */
export async function listEvents(
  { db }: RequestContext,
  object: Located,
  query: EventQuery,
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const before = cursorAfter(query.cursor, 'string');
  if (before !== undefined && !isUuid(before)) throw badCursor();
  const rows = await db.prisma.event.findMany({
    where: {
      objectId: object.id,
      ...(query.name === undefined ? {} : { name: query.name }),
      ...(before === undefined ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return { status: 200, body: pageOf(rows, limit, toEvent, (row) => row.id) };
}
