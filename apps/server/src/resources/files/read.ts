import { prepared } from '@modelbox/db';
import type { File } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import { FILE_COLUMNS, type FileRow, toFile } from './wire.ts';

const page = prepared<
  [objectId: string, after: string, limit: number, bytes: number, isEmpty: boolean],
  FileRow & SizedRow
>(
  'list_files',
  sizedSql(
    `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 AND path > $2 ORDER BY path LIMIT $3`,
    '$4',
    '$5',
  ),
);
const all = prepared<[objectId: string], FileRow>(
  'list_all_files',
  `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 ORDER BY path`,
);
/** Approximate bytes of all files in an answer: `resolve` repeats each path or URI in a URL. */
const measure = prepared<[objectId: string], { bytes: number }>(
  'measure_all_files',
  `SELECT coalesce(sum(2 * (octet_length(path) + octet_length(coalesce(uri, ''))) + 300), 0)::float8 AS bytes
   FROM files WHERE object_id = $1`,
);
const at = prepared<[objectId: string, paths: string[]], FileRow>(
  'list_files_at',
  `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 AND path = ANY ($2) ORDER BY path`,
);

export const pageOfFiles = (
  ctx: RequestContext,
  objectId: string,
  query: { limit?: number | undefined; cursor?: string | undefined },
) =>
  pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'string'),
    read: (after, count, { bytes, isEmpty }) =>
      page(ctx.db.requests, objectId, after ?? '', count, bytes, isEmpty),
    toItem: toFile,
    cursorOf: (row: FileRow) => row.path,
  });

/** Reads all files of an object (at most `FILES_MAX`), sorted by path. Reserves memory for them first. */
export async function listAllFiles({ db, reserve }: RequestContext, objectId: string): Promise<File[]> {
  const [size] = await measure(db.requests, objectId);
  reserve(size?.bytes ?? 0);
  return (await all(db.requests, objectId)).map(toFile);
}

export const listFilesAt = async ({ db }: Context, objectId: string, paths: string[]): Promise<File[]> =>
  (await at(db.requests, objectId, paths)).map(toFile);
