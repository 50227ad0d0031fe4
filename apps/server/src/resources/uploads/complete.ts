import { BlobNotFound } from '@modelbox/blobs';
import type { Tx } from '@modelbox/db';
import { newId } from '../../core/names/ids.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { lockPath } from '../files/lock-path.ts';
import { demandRoom } from '../namespaces/quota.ts';
import { assemble, NotTogetherYet } from './assemble.ts';
import { closedMeanwhile, demandOpen } from './closed.ts';
import { whileInUse } from './in-use.ts';
import { lockUpload } from './lock.ts';
import { uploadRow } from './read.ts';
import type { UploadRow } from './rows.ts';

/** The reason why the parts of an upload are not put together yet. */
export const WAITS_FOR_STORE = 'The file store has not combined the parts yet. The server will try again.';

/**
 * Makes the file of the parts: first in the store, then, in one transaction, visible on its object; a worker verifies it.
 * A crash between leaves the upload open, and completing it again goes on from there. If the store has all parts and
 * cannot put them together now, the file is visible all the same, and the worker goes on with that first.
 */
export const completeUpload: Verb<'uploads.complete'> = async (ctx, { body, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  let completing = false;
  if (upload.state === 'open') {
    demandSame(upload, body.sha256);
    await ctx.db.prisma.$transaction((tx) =>
      lockPath(tx, ctx, upload.kind, { id: upload.objectId }, upload.path),
    );
    // Its bytes are reserved; but the quota may be a smaller one now.
    await demandRoom(ctx, touched.upload.namespace, 0);
    completing = !(await whileInUse(ctx, upload, () => isAssembled(ctx, upload)));
  }
  try {
    const receipt = await write(ctx, (tx) => appear(tx, ctx, touched.upload, body.sha256, completing));
    ctx.wakeups.completed.wake();
    return receipt;
  } catch (error) {
    if (error instanceof HttpProblem && error.code === 'upload_closed') await cleanAgain(ctx, upload);
    throw error;
  }
};

/** Whether the store has put the parts together. False if that is left to a worker. */
async function isAssembled(ctx: RequestContext, upload: UploadRow): Promise<boolean> {
  try {
    await assemble(ctx, upload);
    return true;
  } catch (error) {
    if (error instanceof BlobNotFound) {
      // Somebody else may have gone on from there.
      if ((await uploadRow(ctx, upload)).state !== 'open') return true;
      throw await closedMeanwhile(ctx, upload);
    }
    if (!(error instanceof NotTogetherYet)) throw error;
    ctx.log.warn({ err: error, upload: upload.id }, 'the parts of an upload are combined later');
    return false;
  }
}

/**
 * Cleans up once more after an upload that was given up while the store put its parts together: perhaps the blob came
 * into being only after the first time. If the server dies before this, the sweep of orphans finds the blob.
 */
export async function cleanAgain(ctx: Context, { id }: Pick<UploadRow, 'id'>): Promise<void> {
  const text = `UPDATE uploads SET cleaned_at = NULL WHERE id = $1 AND state IN ('aborted', 'expired')`;
  await ctx.db.requests.query(text, [id]);
  ctx.wakeups.abandoned.wake();
}

/** Makes the file visible, once. */
async function appear(
  tx: Tx,
  ctx: RequestContext,
  { id, namespace }: { id: string; namespace: string },
  sha256: string | undefined,
  completing: boolean,
): Promise<Receipt> {
  const upload = await lockUpload(tx, id);
  const receipt: Receipt = { status: 200, object: { kind: 'upload', id } };
  if (upload.state !== 'verifying' && upload.state !== 'complete') demandOpen(upload);
  demandSame(upload, sha256);
  if (upload.state !== 'open') return receipt;
  const { kind, objectId, path, role, sizeBytes, mediaType } = upload;
  const there = await lockPath(tx, ctx, kind, { id: objectId }, path);
  await tx.upload.update({
    where: { id },
    data: {
      state: 'verifying',
      sha256: upload.sha256 ?? sha256 ?? null,
      expiresAt: null,
      updatedAt: ctx.now(),
      completing,
      waitsFor: completing ? WAITS_FOR_STORE : null,
      findings: 0,
      foundAt: null,
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
  throw invalidField(
    'body',
    '/sha256',
    `differs from the SHA-256 that the upload already has: ${upload.sha256}`,
  );
}
