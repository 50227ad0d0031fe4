import type { File as FileRow, Tx } from '@modelbox/db';
import { FILES_MAX, type OwnerKind } from '@modelbox/schema';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import { findClashes } from './clashes.ts';
import { lockForFiles } from './lock-for-files.ts';

/**
 * Locks the object, and returns the file at a path. Throws 409 or 422 if no file can be stored there.
 * @param where part of the request that contains the path.
 */
export async function lockPath(
  tx: Tx,
  ctx: RequestContext,
  kind: OwnerKind,
  object: Pick<Located, 'id'>,
  path: string,
  where: 'path' | 'body' = 'path',
): Promise<FileRow | null> {
  await lockForFiles(tx, ctx, kind, object);
  const there = await tx.file.findUnique({ where: { objectId_path: { objectId: object.id, path } } });
  if (there?.uri)
    throw new HttpProblem(
      'conflict',
      `The path ${path} is tracked at ${there.uri}. Delete the tracked file first.`,
    );
  if (there) return there;
  const clash = (await findClashes(tx, object.id, [path])).get(path);
  if (clash !== undefined) throw new HttpProblem('conflict', `The path ${path} ${clash}.`);
  if ((await tx.file.count({ where: { objectId: object.id } })) >= FILES_MAX) {
    throw invalidField(where, '/path', `would exceed the limit of ${FILES_MAX} files of one ${kind}`);
  }
  return null;
}
