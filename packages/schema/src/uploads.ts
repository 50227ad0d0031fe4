import { z } from 'zod';
import { digestHeaders, File, FilePath, FileRole, MediaType } from './files.ts';
import { cursor, limit, page } from './lists.ts';
import { auditFields, Count, Sha256, Timestamp, Uuid } from './primitives.ts';
import { OWNER_KINDS, REFS } from './resources.ts';
import { route } from './route.ts';

/** The limits of S3 for parts, which apply to every store. */
export const PARTS_MAX = 10_000;
export const PART_SIZE_MIN = 5 * 2 ** 20;
export const PART_SIZE_MAX = 5 * 2 ** 30;
export const PARTS_SIGN_MAX = 1000;

export const UPLOAD_STATES = ['open', 'verifying', 'complete', 'failed', 'aborted', 'expired'] as const;

export const UploadState = z.enum(UPLOAD_STATES).meta({
  id: 'UploadState',
  description:
    '`open`: accepts parts. `verifying`: all parts arrived, and the server computes the SHA-256 of the ' +
    'whole. `complete`: the file is verified. `failed`: the content did not match the announced SHA-256. ' +
    '`aborted`, `expired`: a caller aborted the upload, or no part arrived in time; nothing is stored.',
});
export type UploadState = z.infer<typeof UploadState>;

/** The owner of the file: exactly one of these. */
const owner = {
  model: REFS.model.optional(),
  version: REFS.version.optional(),
  experiment: REFS.experiment.optional(),
  checkpoint: REFS.checkpoint.optional(),
};

const PartSize = z.int().min(PART_SIZE_MIN).max(PART_SIZE_MAX);
const PartNumber = z.int().min(1).max(PARTS_MAX).meta({ description: 'The number of the part, from 1.' });

export const UploadCreate = z
  .strictObject({
    ...owner,
    path: FilePath,
    role: FileRole.optional(),
    mediaType: MediaType.optional(),
    sizeBytes: Count.meta({ description: 'The size of the whole file in bytes.' }),
    sha256: Sha256.optional().meta({
      description:
        'The SHA-256 of the whole file, if known. Content that does not match is rejected. If the caller ' +
        'may read a file with the same content, the upload is complete at once and needs no parts.',
    }),
    partSizeBytes: PartSize.optional().meta({
      description:
        'The size of every part except the last. Default: 16 MiB, or more if the file would need over ' +
        '10,000 parts.',
    }),
  })
  .meta({
    id: 'UploadCreate',
    description:
      'A file to upload in parts, for exactly one of `model`, `version`, `experiment` and `checkpoint`.',
  });
export type UploadCreate = z.infer<typeof UploadCreate>;

export const Upload = z
  .object({
    object: z.object({ kind: z.enum(OWNER_KINDS), id: Uuid }).meta({ description: 'The owner of the file.' }),
    path: FilePath,
    role: FileRole,
    mediaType: z.string().nullable(),
    sizeBytes: Count,
    sha256: Sha256.nullable().meta({
      description: 'The announced SHA-256. After completion, the computed one.',
    }),
    partSizeBytes: Count.meta({ description: 'The size of every part except the last, which has the rest.' }),
    partCount: Count.meta({ description: 'The number of parts. 0 for an empty file.' }),
    direct: z
      .boolean()
      .meta({ description: 'Whether parts can go directly to the file store, by signed URLs.' }),
    state: UploadState,
    completing: z.boolean().meta({
      description:
        'Whether the upload was completed but the store has not assembled the parts yet. The server ' +
        'keeps retrying.',
    }),
    waitsFor: z
      .string()
      .nullable()
      .meta({
        description:
          'The reason why a completed upload is not verified yet: the store did not answer, or returned ' +
          'other bytes than arrived. The server retries by itself. Otherwise null.',
      }),
    failure: z.string().nullable().meta({ description: 'The reason why the upload failed.' }),
    file: File.nullable().meta({
      description: 'The resulting file. Null before completion, and if the path has another file since.',
    }),
    ...auditFields,
    expiresAt: Timestamp.nullable().meta({
      description:
        'The time at which an open upload expires. Each part extends it. Null if the upload is not open.',
    }),
  })
  .meta({ id: 'Upload', description: 'An upload of a file in parts.' });
export type Upload = z.infer<typeof Upload>;

export const UploadPart = z
  .object({
    part: PartNumber,
    sizeBytes: Count,
    sha256: Sha256.nullable().meta({
      description: 'The SHA-256 of the part. Null if the S3 server does not report it.',
    }),
    receivedAt: Timestamp,
  })
  .meta({ id: 'UploadPart', description: 'A part that arrived and passed its checksum.' });
export type UploadPart = z.infer<typeof UploadPart>;

const UploadComplete = z
  .strictObject({
    sha256: Sha256.optional().meta({
      description: 'The SHA-256 of the whole file, if the create did not announce it.',
    }),
  })
  .meta({ id: 'UploadComplete' });

const PartToSign = z.strictObject({ part: PartNumber, sha256: Sha256 }).meta({ id: 'PartToSign' });
const PartsToSign = z
  .strictObject({ parts: z.array(PartToSign).min(1).max(PARTS_SIGN_MAX) })
  .meta({ id: 'PartsToSign' });

const SignedPart = z
  .object({
    part: PartNumber,
    method: z.literal('PUT'),
    url: z
      .string()
      .meta({ description: 'The signed URL. Anyone who has it can send this content, and no other.' }),
    headers: z.record(z.string(), z.string()).meta({ description: 'The headers, to send unchanged.' }),
    expiresAt: Timestamp.meta({
      description: 'The expiry of the signature. Afterwards, sign the part again.',
    }),
  })
  .meta({ id: 'SignedPart', description: 'A signed request that sends one part to the store.' });
export type SignedPart = z.infer<typeof SignedPart>;
const SignedParts = z.object({ items: z.array(SignedPart) }).meta({ id: 'SignedParts' });

const tag = 'uploads';
const path = '/v1/uploads/{upload}';
const params = z.strictObject({ upload: REFS.upload });
const onePart = params.extend({
  part: z
    .string()
    .regex(/^(?:[1-9]\d{0,3}|10000)$/, 'must be the number of a part, from 1 to 10000')
    .meta({ description: 'The number of the part, from 1.' }),
});
const touch = <P extends 'file.read' | 'file.write'>(permission: P) =>
  ({ upload: { kind: 'upload', at: 'params.upload', permission } }) as const;
const owners = <W extends 'body' | 'query', P extends 'file.read' | 'file.write'>(where: W, permission: P) =>
  ({
    model: { kind: 'model', at: `${where}.model`, permission },
    version: { kind: 'version', at: `${where}.version`, permission },
    experiment: { kind: 'experiment', at: `${where}.experiment`, permission },
    checkpoint: { kind: 'checkpoint', at: `${where}.checkpoint`, permission },
  }) as const;

export const uploadRoutes = [
  route({
    id: 'uploads.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/uploads',
    tag,
    summary: 'Start an upload in parts',
    description:
      'Fails at once if the file cannot be stored, for example because the object is frozen, the path is ' +
      'tracked, or the size exceeds a limit.',
    body: UploadCreate,
    answers: { 201: Upload },
    subject: ['model', 'version', 'experiment', 'checkpoint'],
    touches: {
      ...owners('body', 'file.write'),
      content: { kind: 'content', at: 'body.sha256', permission: 'file.read', optional: true },
    },
  }),
  route({
    id: 'uploads.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/uploads',
    tag,
    summary: 'List the uploads of an object, newest first',
    description: 'Name exactly one object. Finished uploads are listed for a week.',
    query: z.strictObject({ ...owner, state: UploadState.optional(), limit, cursor }),
    answers: { 200: page('UploadPage', Upload) },
    subject: ['model', 'version', 'experiment', 'checkpoint'],
    touches: owners('query', 'file.read'),
  }),
  route({
    id: 'uploads.get',
    method: 'GET',
    cost: 'fixed',
    path,
    tag,
    summary: 'Read an upload',
    params,
    answers: { 200: Upload },
    touches: { upload: { ...touch('file.read').upload, deleted: true } },
  }),
  route({
    id: 'uploads.abort',
    method: 'DELETE',
    cost: 'fixed',
    path,
    tag,
    summary: 'Abort an upload and remove its parts',
    description:
      'An upload that failed, expired or was aborted stays unchanged. A completed one returns 409.',
    params,
    answers: { 204: 'empty' },
    touches: { upload: { ...touch('file.write').upload, deleted: true } },
  }),
  route({
    id: 'uploads.parts.list',
    method: 'GET',
    cost: 'fixed',
    path: `${path}/parts`,
    tag,
    summary: 'List the received parts of an open upload, by number',
    params,
    query: z.strictObject({ limit, cursor }),
    answers: { 200: page('UploadPartPage', UploadPart) },
    errors: [409],
    touches: touch('file.read'),
  }),
  route({
    id: 'uploads.parts.put',
    method: 'PUT',
    cost: 'fixed',
    path: `${path}/parts/{part}`,
    tag,
    summary: 'Upload a part',
    description:
      'The body is the content, with its exact `Content-Length` and a checksum. Parts can arrive in any ' +
      'order and in parallel. A part that is sent again replaces the earlier one.',
    params: onePart,
    headers: digestHeaders,
    body: 'bytes',
    answers: { 200: UploadPart },
    touches: touch('file.write'),
  }),
  route({
    id: 'uploads.parts.sign',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/parts/sign`,
    tag,
    summary: 'Sign requests that send parts directly to the store',
    description:
      'Requires a `direct` upload. Each signed request accepts only content with the given SHA-256.',
    params,
    body: PartsToSign,
    safe: true,
    answers: { 200: SignedParts },
    touches: touch('file.write'),
  }),
  route({
    id: 'uploads.complete',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/complete`,
    tag,
    summary: 'Complete an upload: create the file from its parts',
    description:
      'The file exists at once, in state `verifying`. It can be downloaded when the server has read it ' +
      'back and computed its SHA-256. If the store cannot assemble the parts now, the server keeps ' +
      'retrying (`completing`). A repeated call returns the upload unchanged.',
    params,
    body: UploadComplete,
    bodyOptional: true,
    answers: { 200: Upload },
    touches: touch('file.write'),
  }),
] as const;
