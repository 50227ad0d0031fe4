import { prepared } from '@modelbox/db';
import type { File } from '@modelbox/schema';
import type { Context } from '../context.ts';
import { FILE_COLUMNS, type FileRow, toFile } from './wire.ts';

const page = prepared<[objectId: string, after: string, limit: number], FileRow>(
  'list_files',
  `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 AND path > $2 ORDER BY path LIMIT $3`,
);
const all = prepared<[objectId: string], FileRow>(
  'list_all_files',
  `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 ORDER BY path`,
);
const at = prepared<[objectId: string, paths: string[]], FileRow>(
  'list_files_at',
  `SELECT ${FILE_COLUMNS} FROM files WHERE object_id = $1 AND path = ANY ($2) ORDER BY path`,
);

/** The files of an object that come after a path. */
export const listFilesAfter = async (
  { db }: Context,
  objectId: string,
  after: string,
  limit: number,
): Promise<File[]> => (await page(db.pool, objectId, after, limit)).map(toFile);

/** All files of an object, by path: at most `FILES_MAX`. */
export const listAllFiles = async ({ db }: Context, objectId: string): Promise<File[]> =>
  (await all(db.pool, objectId)).map(toFile);

/** The files of an object at some paths, by path. */
export const listFilesAt = async ({ db }: Context, objectId: string, paths: string[]): Promise<File[]> =>
  (await at(db.pool, objectId, paths)).map(toFile);
