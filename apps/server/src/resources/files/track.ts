import { FILES_MAX, type OwnerKind } from '@modelbox/schema';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { invalid, invalidField } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { lockForFiles } from './lock-for-files.ts';
import { insertTracked } from './rows.ts';
import { type TrackedInput, trackedFiles } from './tracked.ts';

/** Tracks files by URI. A path that already has the same URI stays as it is. */
export function trackFiles(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  items: readonly TrackedInput[],
): Promise<Receipt> {
  const files = trackedFiles(items, kind);
  return write(ctx, async (tx) => {
    await lockForFiles(tx, ctx, kind, object);
    const there = await tx.file.findMany({
      where: { objectId: object.id, path: { in: files.map((file) => file.path) } },
    });
    const uriOf = new Map(there.map((file) => [file.path, file.uri]));
    const clashes = files.flatMap((file, index) =>
      uriOf.has(file.path) && uriOf.get(file.path) !== file.uri ? [index] : [],
    );
    if (clashes.length > 0) {
      const message = 'has the path of another file; delete that file first';
      throw invalid(
        clashes.map((index) => ({ in: 'body', pointer: `/files/${index}`, message })),
        'conflict',
      );
    }
    const fresh = files.filter((file) => !uriOf.has(file.path));
    if ((await tx.file.count({ where: { objectId: object.id } })) + fresh.length > FILES_MAX) {
      throw invalidField('body', '/files', `would exceed the limit of ${FILES_MAX} files of one ${kind}`);
    }
    if (fresh.length > 0) {
      await insertTracked(tx, ctx, kind, object.id, fresh);
      await recordChange(tx, ctx, {
        kind,
        id: object.id,
        namespace: object.namespace,
        action: 'files_tracked',
        detail: { files: fresh },
      });
    }
    return { status: 200, object: { kind: `${kind}.files`, id: object.id } };
  });
}
