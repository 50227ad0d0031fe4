import { sqlOf, type Tx } from '@modelbox/db';
import { foldersOf } from '@modelbox/domain';

/**
 * Finds paths that are below a stored file of the object, or that are a folder of one. A file system could not contain
 * both. Returns a message for each such path. The range up to `0` covers all names below a path, because `0` follows
 * `/`.
 */
export async function findClashes(
  tx: Tx,
  objectId: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const pairs = paths.flatMap((path) => foldersOf(path).map((folder) => ({ path, folder })));
  const rows = await sqlOf(tx)<{ path: string; message: string }>(
    `SELECT wanted.path, 'would be a folder of the file ' || f.path AS message
     FROM unnest($2::text[]) AS wanted (path), LATERAL (
       SELECT path FROM files WHERE object_id = $1::uuid AND uri IS NULL
         AND path > wanted.path || '/' AND path < wanted.path || '0' LIMIT 1) AS f
     UNION ALL
     SELECT wanted.path, 'would lie below the file ' || f.path
     FROM unnest($3::text[], $4::text[]) AS wanted (path, folder)
     JOIN files f ON f.object_id = $1::uuid AND f.path = wanted.folder AND f.uri IS NULL`,
    [objectId, paths, pairs.map(({ path }) => path), pairs.map(({ folder }) => folder)],
  );
  return new Map(rows.map(({ path, message }) => [path, message]));
}
