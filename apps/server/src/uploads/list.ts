import { prepared } from '@modelbox/db';
import { isUuid } from '@modelbox/domain';
import { LIMIT_DEFAULT } from '@modelbox/schema';
import type { Verb } from '../http/verb.ts';
import { badCursor, cursorAfter, pageOf } from '../lists/cursor.ts';
import { onlyOwner } from './owner.ts';
import { toUpload, UPLOAD_COLUMNS, type UploadRow } from './rows.ts';

const page = prepared<
  [objectId: string, state: string | null, before: string | null, limit: number],
  UploadRow
>(
  'list_uploads',
  `SELECT ${UPLOAD_COLUMNS} FROM uploads u
   WHERE u.object_id = $1 AND ($2::text IS NULL OR u.state = $2) AND ($3::uuid IS NULL OR u.id < $3)
   ORDER BY u.id DESC LIMIT $4`,
);

/** The uploads to an object, newest first: their ids sort by the time they were made. */
export const listUploads: Verb<'uploads.list'> = async (ctx, { query, touched }) => {
  const { object } = onlyOwner('query', touched);
  const limit = query.limit ?? LIMIT_DEFAULT;
  const before = cursorAfter(query.cursor, 'string') ?? null;
  if (before !== null && !isUuid(before)) throw badCursor();
  const rows = await page(ctx.db.pool, object.id, query.state ?? null, before, limit + 1);
  return {
    status: 200,
    body: pageOf(
      rows,
      limit,
      (row) => toUpload(ctx, row),
      (row) => row.id,
    ),
  };
};
