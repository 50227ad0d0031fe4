import type { Readable } from 'node:stream';
import { BlobStoreUnavailable, BlobTooLarge } from '@modelbox/blobs';
import type { File as FileRow, Tx } from '@modelbox/db';
import { parseFilePath } from '@modelbox/domain';
import type { FileRole, OwnerKind } from '@modelbox/schema';
import type { z } from 'zod';
import { checkForUpload } from '../../../content/copies/check.ts';
import { newId } from '../../../core/names/ids.ts';
import { demandVisible } from '../../../core/objects/new-name.ts';
import { recordChange } from '../../../core/writes/change.ts';
import { write } from '../../../core/writes/write.ts';
import type { RequestContext } from '../../../protocol/context.ts';
import { ClientGone } from '../../../protocol/errors.ts';
import { whileFlowing } from '../../../protocol/http/flow.ts';
import type { Located } from '../../../protocol/located.ts';
import { HttpProblem, invalidField } from '../../../protocol/problem.ts';
import type { Answered } from '../../../protocol/verb.ts';
import { chargeQuotas } from '../../namespaces/quota.ts';
import { takeRoom, type UploadRoom } from '../../namespaces/upload-room.ts';
import { lockPath } from '../lock-path.ts';
import { defaultRole } from '../tracked.ts';
import { toFile } from '../wire.ts';
import { demandAsItIs } from './as-it-is.ts';
import { demandConditions } from './conditions.ts';
import { checkedContent, type ExpectedContent, expectedContent } from './digests.ts';
import { keepBlob } from './keep-blob.ts';
import { mediaTypeOf } from './media-type.ts';

interface Upload {
  readonly path: string;
  readonly role: z.infer<typeof FileRole> | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly content: Readable;
}

/**
 * Stores a file: hashes the content while it streams in, then makes the file visible in one transaction. Known content
 * is stored once, and a damaged copy is replaced. Repeating an upload changes nothing. Other content replaces the file
 * while the file set may change.
 */
export async function uploadFile(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  upload: Upload,
): Promise<Answered> {
  const path = parseFilePath(upload.path);
  if (!path.ok) throw invalidField('path', '/path', path.message);
  demandAsItIs(upload.headers);
  const expect = expectedContent(upload.headers);
  // Checked before the first byte is read, so that the client need not send an upload that will be refused.
  const before = await ctx.db.prisma.$transaction((tx) => lockPath(tx, ctx, kind, object, path.path));
  if (before === null) demandVisible('path', '/path', path.path, '/');
  demandConditions(upload.headers, before);
  const room = await takeUploadRoom(ctx, object, path.path, before, expect.sizeBytes);
  try {
    return await store(ctx, kind, object, { ...upload, path: path.path, expect, room });
  } finally {
    room.release();
  }
}

async function store(
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  upload: Upload & { readonly expect: ExpectedContent; readonly room: UploadRoom },
): Promise<Answered> {
  const { path, expect, room } = upload;
  const blob = await ctx.telemetry.upload(() => receive(ctx, upload.content, expect, room));
  let stored: { file: FileRow; isNew: boolean; isKept: boolean } | undefined;
  let isRepair = false;
  try {
    await ctx.demandStillAllowed();
    isRepair = await checkForUpload(ctx, blob.sha256);
    const written = await write(ctx, async (tx) => {
      const there = await lockPath(tx, ctx, kind, object, path);
      demandConditions(upload.headers, there);
      const { id: blobId, key } = await keepBlob(tx, ctx, blob);
      const file = await attach(tx, ctx, kind, object, there, { ...upload, blobId, ...blob });
      room.release();
      const value = { file, isNew: there === null, isKept: key === blob.key };
      return { status: 200, object: null, value };
    });
    stored = written.value;
  } catch (error) {
    // After these errors, no row refers to the copy. After a lost connection this is unknown, so the sweep decides.
    if (error instanceof HttpProblem || error instanceof BlobStoreUnavailable) await discard(ctx, blob.key);
    throw error;
  }
  if (isRepair) ctx.wakeups.marked.wake();
  if (stored === undefined) throw new Error('the write stored no file row');
  // Answers what this request stored, even if another request has replaced it since.
  const { file, isNew, isKept } = stored;
  // The row refers to another copy of the content, so this copy is unused.
  if (!isKept) await discard(ctx, blob.key);
  const row = {
    ...file,
    sizeBytes: Number(file.sizeBytes),
    role: file.role as never,
    state: file.state as never,
  };
  return { status: isNew ? 201 : 200, body: toFile(row) };
}

/**
 * Counts the upload under the quotas, without the content that it replaces.
 * @throws BlobTooLarge or HttpProblem quota_exceeded if the announced length exceeds the limit or a quota
 */
async function takeUploadRoom(
  ctx: RequestContext,
  { namespace, id: objectId }: Located,
  path: string,
  before: FileRow | null,
  length: number | undefined,
): Promise<UploadRoom> {
  const { maxFileSize } = ctx.settings;
  if (length !== undefined && length > maxFileSize) throw new BlobTooLarge(maxFileSize);
  const replaced = Number((before?.blobId && before.sizeBytes) ?? 0);
  return takeRoom(ctx, { namespace, objectId, path, replaced, length });
}

async function discard(ctx: RequestContext, key: string): Promise<void> {
  await ctx.blobs
    .delete(key)
    .catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'could not delete an unused blob; the sweep removes it later'),
    );
}

async function receive(ctx: RequestContext, content: Readable, expect: ExpectedContent, room: UploadRoom) {
  try {
    return await whileFlowing(content, ctx.settings.bodyTimeout, (stalled) =>
      ctx.blobs.write(room.counted(checkedContent(content, expect)), {
        expect,
        limitBytes: ctx.settings.maxFileSize,
        signal: AbortSignal.any([ctx.signal, stalled]),
      }),
    );
  } catch (error) {
    // A broken connection appears as an error of the stream, not of the store.
    if (content.errored) throw new ClientGone();
    throw error;
  }
}

interface Attachment extends Upload {
  readonly blobId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Sets the content of the file at the path. Writes nothing if the file is the same already. A meaningless media type
 * counts as unchanged.
 */
async function attach(
  tx: Tx,
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  there: FileRow | null,
  file: Attachment,
): Promise<FileRow> {
  const role = file.role ?? (there?.role as Attachment['role']) ?? defaultRole(kind);
  // A corrupt file with this content gets repaired, so it counts as changed.
  const isThere = there?.blobId === file.blobId && there.state === 'verified';
  const mediaType = mediaTypeOf(file.headers['content-type']) ?? (isThere ? there.mediaType : null);
  if (isThere && there.role === role && there.mediaType === mediaType) return there;
  const content = {
    role,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    state: 'verified',
    mediaType,
    blobId: file.blobId,
    // Detaches the file from an upload that is still being verified.
    uploadId: null,
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
  };
  const row = await tx.file.upsert({
    where: { objectId_path: { objectId: object.id, path: file.path } },
    create: { id: newId(ctx), objectKind: kind, objectId: object.id, path: file.path, uri: null, ...content },
    update: content,
  });
  await recordChange(tx, ctx, {
    kind,
    id: object.id,
    namespace: object.namespace,
    action: 'file_stored',
    detail: {
      path: file.path,
      role,
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      replaced: there?.sha256 ?? null,
    },
  });
  if (there?.blobId !== file.blobId) {
    const charge = { bytes: file.sizeBytes, objectId: object.id, paths: [file.path] };
    await chargeQuotas(tx, ctx, object.namespace, charge);
  }
  return row;
}
