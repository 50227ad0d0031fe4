import { prepared } from '@modelbox/db';
import { idAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import type { Answered } from '../../protocol/verb.ts';
import { type EventRow, toEvent } from './read.ts';

interface EventQuery {
  name?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

const ofObject = prepared<
  [
    objectId: string,
    name: string | null,
    before: string | null,
    limit: number,
    bytes: number,
    isEmpty: boolean,
  ],
  EventRow & SizedRow
>(
  'list_events',
  sizedSql(
    `SELECT e.id, e.name, e.source, e.time, e.metadata, e.created_by AS "createdBy", e.created_at AS "createdAt"
     FROM events e WHERE e.object_id = $1 AND ($2::text IS NULL OR e.name = $2) AND ($3::uuid IS NULL OR e.id < $3)
     ORDER BY e.id DESC LIMIT $4`,
    '$5',
    '$6',
  ),
);

/** Lists the events of an object, newest first: their ids sort by time of creation. */
export async function listEvents(ctx: RequestContext, object: Located, query: EventQuery): Promise<Answered> {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: idAfter(query.cursor),
    read: (before, count, { bytes, isEmpty }) =>
      ofObject(ctx.db.requests, object.id, query.name ?? null, before ?? null, count, bytes, isEmpty),
    toItem: toEvent,
    cursorOf: (row: EventRow) => row.id,
  });
  return { status: 200, body };
}
