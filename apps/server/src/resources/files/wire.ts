import type { File } from '@modelbox/schema';

export type FileRow = Omit<File, 'createdAt'> & { readonly createdAt: string | Date };

export const FILE_COLUMNS =
  'path, role, uri, size_bytes AS "sizeBytes", sha256, state, media_type AS "mediaType", created_at AS "createdAt"';

/** Builds the SQL for a JSON array of the first `limit` files of an object, sorted by path. */
export const filesSql = (objectId: string, limit: number): string => `(
  SELECT json_agg(f) FROM (SELECT ${FILE_COLUMNS} FROM files WHERE object_id = ${objectId}
    ORDER BY path LIMIT ${limit}) f)`;

export const fileCountSql = (objectId: string): string =>
  `(SELECT count(*) FROM files WHERE object_id = ${objectId})`;

export const toFile = (row: FileRow): File => ({ ...row, createdAt: new Date(row.createdAt).toISOString() });
