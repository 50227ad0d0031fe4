import { partCount } from '@modelbox/domain';
import type { OwnerKind, Upload, UploadState } from '@modelbox/schema';
import { idFinder } from '../../core/names/finder.ts';
import type { Context } from '../../protocol/context.ts';
import { FILE_COLUMNS, type FileRow, toFile } from '../files/wire.ts';

export interface UploadRow {
  readonly id: string;
  readonly kind: OwnerKind;
  readonly objectId: string;
  readonly path: string;
  readonly role: Upload['role'];
  readonly mediaType: string | null;
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  readonly sha256: string | null;
  /** Key and token identify the upload in the store. */
  readonly key: string;
  readonly token: string;
  readonly state: UploadState;
  readonly failure: string | null;
  readonly completing: boolean;
  readonly waitsFor: string | null;
  /** Time at which requests began to miss the parts in the store. Null if the last request found them. */
  readonly foundAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date | null;
  readonly file: FileRow | null;
}

/**
 * The select list for the table alias `u`. `file` is the file of the upload, or a file with its content at the same
 * path.
 */
export const UPLOAD_COLUMNS = `u.id, u.object_kind AS kind, u.object_id AS "objectId", u.path, u.role,
  u.media_type AS "mediaType", u.size_bytes AS "sizeBytes", u.part_size_bytes AS "partSizeBytes", u.sha256, u.key,
  u.token,
  u.state, u.failure, u.completing, u.waits_for AS "waitsFor", u.found_at AS "foundAt", u.created_by AS "createdBy",
  u.created_at AS "createdAt", u.updated_at AS "updatedAt",
  u.expires_at AS "expiresAt",
  (SELECT to_json(f) FROM (SELECT ${FILE_COLUMNS} FROM files WHERE object_id = u.object_id AND path = u.path
     AND (upload_id = u.id OR (u.state = 'complete' AND blob_id IS NOT NULL AND sha256 = u.sha256))) AS f) AS file`;

export const toUpload = ({ blobs }: Context, row: UploadRow): Upload => ({
  id: row.id,
  object: { kind: row.kind, id: row.objectId },
  path: row.path,
  role: row.role,
  mediaType: row.mediaType,
  sizeBytes: row.sizeBytes,
  sha256: row.sha256,
  partSizeBytes: row.partSizeBytes,
  partCount: partCount(row),
  direct: blobs.multipart.sign !== undefined,
  state: row.state,
  completing: row.state === 'verifying' && row.completing,
  waitsFor: row.waitsFor,
  failure: row.failure,
  file: row.file && toFile(row.file),
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
});

/** An upload is in the namespace of its owner, and is deleted with the owner. */
export const findUpload = idFinder(
  'upload',
  `SELECT u.id, n.path AS namespace, n.id AS "namespaceId", u.object_id AS "parentId", u.path AS name, o."deletedAt",
          NULL AS "cacheTag"
   FROM uploads u, LATERAL (
     SELECT w.namespace_id, w.deleted_at AS "deletedAt" FROM owned_objects w
     WHERE w.kind = u.object_kind AND w.id = u.object_id OFFSET 0) AS o
   JOIN namespaces n ON n.id = o.namespace_id`,
  'u.id',
);
