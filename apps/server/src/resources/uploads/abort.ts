import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { Verb } from '../../protocol/verb.ts';
import { demandOpen } from './closed.ts';
import { lockUpload } from './lock.ts';

/** Aborts an upload. A failed, aborted or expired upload stays as it is. A worker removes its data from the store. */
export const abortUpload: Verb<'uploads.abort'> = async (ctx, { touched }) => {
  const { id, namespace } = touched.upload;
  const receipt = await write(ctx, async (tx) => {
    const upload = await lockUpload(tx, id);
    if (upload.state === 'verifying' || upload.state === 'complete') demandOpen(upload);
    if (upload.state === 'open') {
      const failure = `Aborted by ${ctx.actor.name}.`;
      await tx.upload.update({
        where: { id },
        data: { state: 'aborted', failure, expiresAt: null, updatedAt: ctx.now() },
      });
      await recordChange(tx, ctx, {
        kind: upload.kind,
        id: upload.objectId,
        namespace,
        action: 'upload_aborted',
        detail: { id, path: upload.path, sizeBytes: upload.sizeBytes },
      });
    }
    return { status: 204, object: null };
  });
  ctx.wakeups.abandoned.wake();
  return receipt;
};
