import { type File as FileRow, sqlOf, type Tx } from '@modelbox/db';
import type { File, FileRole, OwnerKind } from '@modelbox/schema';
import type { z } from 'zod';
import { newId } from '../../core/names/ids.ts';
import { uniqueBy } from '../../core/objects/unique.ts';
import { recordChange } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { chargeQuotas } from '../namespaces/quota.ts';
import { mediaTypeOf } from './content/media-type.ts';
import { defaultRole } from './tracked.ts';

/** Stored content that the transaction protects from the sweep. */
interface PinnedBlob {
  readonly id: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Protects content from the sweep until the transaction ends. The result lacks hashes whose content is gone, damaged or
 * doubtful. Call `checkForReference` first: it resolves doubts.
 */
export async function pinBlobs(tx: Tx, hashes: readonly string[]): Promise<Map<string, PinnedBlob>> {
  const rows = await sqlOf(tx)<PinnedBlob>(
    'SELECT id, sha256, size_bytes AS "sizeBytes" FROM pin_blobs($1::text[])',
    [hashes],
  );
  return new Map(rows.map((row) => [row.sha256, { ...row, sizeBytes: Number(row.sizeBytes) }]));
}

export interface KnownFile {
  readonly path: string;
  readonly blob: PinnedBlob;
  readonly role: z.infer<typeof FileRole> | undefined;
  readonly mediaType: string | undefined;
}

/**
 * Makes files from protected content in a locked object. Files that are the same already stay. The others are charged
 * to the quotas, and recorded in one change.
 * @param there the existing files at these paths, none of them tracked.
 */
export async function insertKnown(
  tx: Tx,
  ctx: RequestContext,
  kind: OwnerKind,
  object: Located,
  files: readonly KnownFile[],
  there: readonly FileRow[],
): Promise<void> {
  const thereAt = new Map(there.map((file) => [file.path, file]));
  const fresh = files.flatMap((file) => {
    const before = thereAt.get(file.path);
    const row = rowOf(ctx, kind, file, before);
    return before && isSame(before, row) ? [] : [{ ...row, replaced: before?.sha256 ?? null }];
  });
  if (fresh.length === 0) return;
  await sqlOf(tx)(
    `INSERT INTO files (id, object_kind, object_id, path, role, size_bytes, sha256, state, media_type, blob_id,
       namespace_id, created_by, created_at)
     SELECT id, $1, $2::uuid, path, role, "sizeBytes", sha256, state, "mediaType", "blobId",
            $3::uuid, $4, $5::timestamptz
     FROM json_to_recordset($6::json) AS f (id uuid, path text, role text, "sizeBytes" bigint, sha256 text, state text,
       "mediaType" text, "blobId" uuid)
     ON CONFLICT (object_id, path) DO UPDATE SET role = EXCLUDED.role, size_bytes = EXCLUDED.size_bytes,
       sha256 = EXCLUDED.sha256, state = EXCLUDED.state, media_type = EXCLUDED.media_type, blob_id = EXCLUDED.blob_id,
       upload_id = NULL, namespace_id = EXCLUDED.namespace_id, created_by = EXCLUDED.created_by,
       created_at = EXCLUDED.created_at`,
    [kind, object.id, object.namespaceId, ctx.actor.name, ctx.now(), JSON.stringify(fresh)],
  );
  await recordChange(tx, ctx, {
    kind,
    id: object.id,
    namespace: object.namespace,
    action: 'files_attached',
    detail: {
      files: fresh.map(({ path, role, sizeBytes, sha256, replaced }) => ({
        path,
        role,
        sizeBytes,
        sha256,
        replaced,
      })),
    },
  });
  const stored = fresh.filter((file) => file.blobId !== thereAt.get(file.path)?.blobId);
  await chargeQuotas(tx, ctx, object.namespace, {
    bytes: uniqueBy(stored, (file) => file.blobId).reduce((sum, file) => sum + file.sizeBytes, 0),
    objectId: object.id,
    paths: stored.map((file) => file.path),
  });
}

function rowOf(
  ctx: RequestContext,
  kind: OwnerKind,
  { path, blob, role, mediaType }: KnownFile,
  before: FileRow | undefined,
) {
  const isThere = before?.blobId === blob.id;
  return {
    id: newId(ctx),
    path,
    role: role ?? (before?.role as File['role'] | undefined) ?? defaultRole(kind),
    sizeBytes: blob.sizeBytes,
    sha256: blob.sha256,
    state: 'verified',
    mediaType: mediaType === undefined && isThere ? before.mediaType : mediaTypeOf(mediaType),
    blobId: blob.id,
  };
}

const isSame = (before: FileRow, row: ReturnType<typeof rowOf>): boolean =>
  before.blobId === row.blobId &&
  before.state === row.state &&
  before.role === row.role &&
  before.mediaType === row.mediaType;
