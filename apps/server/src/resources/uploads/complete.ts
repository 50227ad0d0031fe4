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

/** The value of `waitsFor` while the store has not combined the parts. */
export const WAITS_FOR_STORE = 'The file store has not combined the parts yet. The server will try again.';

/**
 * Completes an upload: combines the parts in the store, then makes the file visible in one transaction. A worker
 * verifies it. After a crash in between, the upload is still open and can be completed again. If the store cannot
 * combine the parts now, the file becomes visible anyway, and the worker combines them first.
 */
export const completeUpload: Verb<'uploads.complete'> = async (ctx, { body, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  let completing = false;
  if (upload.state === 'open') {
    demandSame(upload, body.sha256);
    await ctx.db.prisma.$transaction((tx) =>
      lockPath(tx, ctx, upload.kind, { id: upload.objectId }, upload.path),
    );
    // The bytes are reserved, but the quota may have been lowered since.
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

/** Combines the parts in the store. Returns false if a worker must do it later. */
async function isAssembled(ctx: RequestContext, upload: UploadRow): Promise<boolean> {
  try {
    await assemble(ctx, upload);
    return true;
  } catch (error) {
    if (error instanceof BlobNotFound) {
      // Another request may have completed the upload.
      if ((await uploadRow(ctx, upload)).state !== 'open') return true;
      throw await closedMeanwhile(ctx, upload);
    }
    if (!(error instanceof NotTogetherYet)) throw error;
    ctx.log.warn({ err: error, upload: upload.id }, 'the parts of an upload are combined later');
    return false;
  }
}

/**
 * Schedules another cleanup for an upload that ended during assembly: the blob may have appeared after the first
 * cleanup. If the server dies before, the sweep of orphans finds the blob.
 */
export async function cleanAgain(ctx: Context, { id }: Pick<UploadRow, 'id'>): Promise<void> {
  const text = `UPDATE uploads SET cleaned_at = NULL WHERE id = $1 AND state IN ('aborted', 'expired')`;
  await ctx.db.requests.query(text, [id]);
  ctx.wakeups.abandoned.wake();
}

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

function demandSame(upload: UploadRow, sha256: string | undefined): void {
  if (sha256 === undefined || upload.sha256 === null || upload.sha256 === sha256) return;
  throw invalidField(
    'body',
    '/sha256',
    `differs from the SHA-256 that the upload already has: ${upload.sha256}`,
  );
}
