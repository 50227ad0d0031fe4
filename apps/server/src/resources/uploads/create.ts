import { defaultPartBytes, type MultipartBlob } from '@modelbox/blobs';
import type { Tx } from '@modelbox/db';
import { parseFilePath, partCount } from '@modelbox/domain';
import { FILES_MAX, type OwnerKind, PART_SIZE_MAX, PARTS_MAX, type UploadCreate } from '@modelbox/schema';
import { newId } from '../../core/names/ids.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { recordChange } from '../../core/writes/change.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { mediaTypeOf } from '../files/content/media-type.ts';
import { lockPath } from '../files/lock-path.ts';
import { defaultRole } from '../files/tracked.ts';
import { chargeQuotas, demandRoom } from '../namespaces/quota.ts';
import { createKnown } from './create-known.ts';
import { demandShareOfQuotas, demandUploadAllowed } from './limits.ts';
import { onlyOwner } from './owner.ts';

/**
 * Creates an upload in parts. Refuses invalid uploads now, so that no client sends a terabyte in vain. Content that is
 * already stored and that the caller may read need not be sent at all.
 */
export const createUpload: Verb<'uploads.create'> = async (ctx, { body, touched }) => {
  const owner = onlyOwner('body', touched);
  const { kind, object } = owner;
  const plan = planOf(ctx, body);
  const { sha256 } = body;
  if (touched.content && sha256 !== undefined) {
    const done = await createKnown(ctx, owner, plan, { ...body, sha256 });
    if (done) return done;
  }
  await ctx.db.prisma.$transaction((tx) => demandFreePath(tx, ctx, kind, object, plan.path));
  await demandRoom(ctx, object.namespace, plan.sizeBytes);
  const blob = await ctx.blobs.multipart.begin();
  const id = newId(ctx);
  let receipt: Receipt | undefined;
  try {
    receipt = await write(ctx, async (tx) => {
      const there = await demandFreePath(tx, ctx, kind, object, plan.path);
      const role = body.role ?? there?.role ?? defaultRole(kind);
      await tx.upload.create({
        data: {
          id,
          objectKind: kind,
          objectId: object.id,
          namespaceId: object.namespaceId,
          role,
          ...plan,
          mediaType: mediaTypeOf(body.mediaType),
          sha256: body.sha256 ?? null,
          ...{ key: blob.key, token: blob.token },
          state: 'open',
          createdBy: ctx.actor.name,
          createdAt: ctx.now(),
          updatedAt: ctx.now(),
          expiresAt: new Date(ctx.now().getTime() + ctx.settings.uploadExpiry),
        },
      });
      await recordChange(tx, ctx, {
        kind,
        id: object.id,
        namespace: object.namespace,
        action: 'upload_created',
        detail: { id, path: plan.path, role, sizeBytes: plan.sizeBytes, sha256: body.sha256 ?? null },
      });
      // Reserves the bytes in the quotas.
      await chargeQuotas(tx, ctx, object.namespace, { bytes: plan.sizeBytes });
      await demandShareOfQuotas(tx, ctx, object.namespace);
      return { status: 201, object: { kind: 'upload', id } };
    });
  } catch (error) {
    // After these errors, no row refers to the parts. After a lost connection this is unknown, so the sweep decides.
    if (error instanceof HttpProblem) await discard(ctx, blob);
    throw error;
  }
  // A replayed request: the first one created another upload.
  if (receipt.object?.id !== id) await discard(ctx, blob);
  return receipt;
};

function planOf(ctx: RequestContext, body: UploadCreate) {
  const path = parseFilePath(body.path);
  if (!path.ok) throw invalidField('body', '/path', path.message);
  demandVisible('body', '/path', path.path, '/');
  const { sizeBytes } = body;
  const most = Math.min(ctx.settings.maxFileSize, PARTS_MAX * PART_SIZE_MAX);
  if (sizeBytes > most)
    throw invalidField(
      'body',
      '/sizeBytes',
      `must be at most ${most} bytes, the limit for one file`,
      'too_large',
    );
  const plan = { sizeBytes, partSizeBytes: body.partSizeBytes ?? defaultPartBytes(sizeBytes) };
  if (partCount(plan) > PARTS_MAX) {
    const least = defaultPartBytes(sizeBytes);
    const message =
      `would make ${partCount(plan)} parts, but at most ${PARTS_MAX} are allowed; ` +
      `use ${least}, or omit it`;
    throw invalidField('body', '/partSizeBytes', message);
  }
  return { path: path.path, ...plan };
}

/** Locks the object. Throws if the path cannot be used, or if there are too many open uploads. */
async function demandFreePath(tx: Tx, ctx: RequestContext, kind: OwnerKind, object: Located, path: string) {
  const there = await lockPath(tx, ctx, kind, object, path, 'body');
  if ((await tx.upload.count({ where: { objectId: object.id, state: 'open' } })) >= FILES_MAX) {
    throw new HttpProblem(
      'conflict',
      `The ${kind} has ${FILES_MAX} open uploads, which is the limit. Complete or abort some first.`,
    );
  }
  await demandUploadAllowed(tx, ctx, object.namespace);
  return there;
}

async function discard(ctx: RequestContext, blob: MultipartBlob): Promise<void> {
  await ctx.blobs.multipart
    .abort(blob)
    .catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'could not abort an unused upload; the sweep removes it later'),
    );
}
