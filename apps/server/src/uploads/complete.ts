import type { RequestContext } from '../context.ts';
import { lockPlace } from '../files/place.ts';
import { HttpProblem, invalidField } from '../http/problem.ts';
import type { Receipt, Verb } from '../http/verb.ts';
import { demandRoom } from '../namespaces/quota.ts';
import { newId } from '../objects/ids.ts';
import { recordChange } from '../writes/change.ts';
import { type Tx, write } from '../writes/write.ts';
import { assemble } from './assemble.ts';
import { demandOpen } from './closed.ts';
import { whileInUse } from './in-use.ts';
import { lockUpload } from './lock.ts';
import { uploadRow } from './read.ts';
import type { UploadRow } from './rows.ts';

/**
 * Makes the file of the parts: first in the store, then, in one transaction, visible on its object; a worker verifies it.
 * A crash between leaves the upload open, and completing it again goes on from there.
 */
export const completeUpload: Verb<'uploads.complete'> = async (ctx, { body, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  if (upload.state === 'open') {
    demandSame(upload, body.sha256);
    await ctx.db.prisma.$transaction((tx) =>
      lockPlace(tx, ctx, upload.kind, { id: upload.objectId }, upload.path),
    );
    // Its bytes are reserved; but the quota may be a smaller one now.
    await demandRoom(ctx, touched.upload.namespace, 0);
    await whileInUse(ctx, upload, () => assemble(ctx, upload));
  }
  try {
    const receipt = await write(ctx, (tx) => appear(tx, ctx, touched.upload, body.sha256));
    ctx.bells.completed.ring();
    return receipt;
  } catch (error) {
    if (error instanceof HttpProblem && error.code === 'upload_closed') await cleanAgain(ctx, upload);
    throw error;
  }
};

/**
 * It was given up while the store put its parts together: perhaps the blob came into being only after whoever cleans up
 * had been there. If the server dies before this, the sweep of strays finds it.
 */
async function cleanAgain(ctx: RequestContext, { id }: UploadRow): Promise<void> {
  const text = `UPDATE uploads SET cleaned_at = NULL WHERE id = $1 AND state IN ('aborted', 'expired')`;
  await ctx.db.pool.query(text, [id]);
  ctx.bells.abandoned.ring();
}

/** Makes the file visible, once. */
async function appear(
  tx: Tx,
  ctx: RequestContext,
  { id, namespace }: { id: string; namespace: string },
  sha256: string | undefined,
): Promise<Receipt> {
  const upload = await lockUpload(tx, id);
  const receipt: Receipt = { status: 200, object: { kind: 'upload', id } };
  if (upload.state !== 'verifying' && upload.state !== 'complete') demandOpen(upload);
  demandSame(upload, sha256);
  if (upload.state !== 'open') return receipt;
  const { kind, objectId, path, role, sizeBytes, mediaType } = upload;
  const there = await lockPlace(tx, ctx, kind, { id: objectId }, path);
  await tx.upload.update({
    where: { id },
    data: {
      state: 'verifying',
      sha256: upload.sha256 ?? sha256 ?? null,
      expiresAt: null,
      updatedAt: ctx.now(),
    },
  });
  const content = {
    role,
    sizeBytes,
    sha256: null,
    state: 'verifying',
    mediaType,
    blobId: null,
    uploadId: id,
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
  };
  await tx.file.upsert({
    where: { objectId_path: { objectId, path } },
    create: { id: newId(ctx), objectKind: kind, objectId, path, uri: null, ...content },
    update: content,
  });
  await recordChange(tx, ctx, {
    kind,
    id: objectId,
    namespace,
    action: 'upload_completed',
    detail: { id, path, role, sizeBytes, replaced: there?.sha256 ?? null },
  });
  return receipt;
}

/** The same hash as was announced before, where there was one. */
function demandSame(upload: UploadRow, sha256: string | undefined): void {
  if (sha256 === undefined || upload.sha256 === null || upload.sha256 === sha256) return;
  throw invalidField('body', '/sha256', `is not the one that the upload has already: ${upload.sha256}`);
}
