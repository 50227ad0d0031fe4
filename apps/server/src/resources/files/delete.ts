import { parseFilePath } from '@modelbox/domain';
import type { OwnerKind } from '@modelbox/schema';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { lockForFiles } from './lock-for-files.ts';

export function deleteFile(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  rawPath: string,
): Promise<Receipt> {
  const path = parseFilePath(rawPath);
  if (!path.ok) throw invalidField('path', '/path', path.message);
  return write(ctx, async (tx) => {
    await lockForFiles(tx, ctx, kind, object);
    const where = { objectId_path: { objectId: object.id, path: path.path } };
    const file = await tx.file.findUnique({ where });
    if (!file) throw new HttpProblem('not_found', `The ${kind} has no file ${path.path}.`);
    await tx.file.delete({ where });
    await recordChange(tx, ctx, {
      kind,
      id: object.id,
      namespace: object.namespace,
      action: 'file_deleted',
      detail: { path: file.path, uri: file.uri, sha256: file.sha256 },
    });
    return { status: 204, object: null };
  });
}
