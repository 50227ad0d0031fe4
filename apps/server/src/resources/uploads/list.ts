import { prepared } from '@modelbox/db';
import { idAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Verb } from '../../protocol/verb.ts';
import { onlyOwner } from './owner.ts';
import { toUpload, UPLOAD_COLUMNS, type UploadRow } from './rows.ts';

const page = prepared<
  [
    objectId: string,
    state: string | null,
    before: string | null,
    limit: number,
    bytes: number,
    isEmpty: boolean,
  ],
  UploadRow & SizedRow
>(
  'list_uploads',
  sizedSql(
    `SELECT ${UPLOAD_COLUMNS} FROM uploads u
   WHERE u.object_id = $1 AND ($2::text IS NULL OR u.state = $2) AND ($3::uuid IS NULL OR u.id < $3)
   ORDER BY u.id DESC LIMIT $4`,
    '$5',
    '$6',
  ),
);

/** Lists the uploads of an object, newest first: their ids sort by time of creation. */
export const listUploads: Verb<'uploads.list'> = async (ctx, { query, touched }) => {
  const { object } = onlyOwner('query', touched);
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: idAfter(query.cursor),
    read: (before, count, { bytes, isEmpty }) =>
      page(ctx.db.requests, object.id, query.state ?? null, before ?? null, count, bytes, isEmpty),
    toItem: (row: UploadRow) => toUpload(ctx, row),
    cursorOf: (row) => row.id,
  });
  return { status: 200, body };
};
