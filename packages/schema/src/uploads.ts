import { z } from 'zod';
import { digestHeaders, File, FilePath, FileRole, MediaType } from './files.ts';
import { cursor, limit, page } from './lists.ts';
import { auditFields, Count, Sha256, Timestamp, Uuid } from './primitives.ts';
import { OWNER_KINDS, REFS } from './resources.ts';
import { route } from './route.ts';

/** Parts of one upload at most, and bytes of a part: the rules of S3, which hold for every store. */
export const PARTS_MAX = 10_000;
export const PART_SIZE_MIN = 5 * 2 ** 20;
export const PART_SIZE_MAX = 5 * 2 ** 30;
/** Parts that one request can ask to be signed. */
export const PARTS_SIGN_MAX = 1000;

export const UPLOAD_STATES = ['open', 'verifying', 'complete', 'failed', 'aborted', 'expired'] as const;

export const UploadState = z.enum(UPLOAD_STATES).meta({
  id: 'UploadState',
  description:
    '`open`: takes parts. `verifying`: all are there, and the whole is being read to compute its SHA-256. `complete`: ' +
    'the file is verified. `failed`: the content was not what had been announced. `aborted`, `expired`: given up, by ' +
    'somebody or because nothing came for too long; nothing of it is kept.',
});
export type UploadState = z.infer<typeof UploadState>;

/** The object that a file is for: exactly one of these. */
const owner = {
  model: REFS.model.optional(),
  version: REFS.version.optional(),
  experiment: REFS.experiment.optional(),
  checkpoint: REFS.checkpoint.optional(),
};

const PartSize = z.int().min(PART_SIZE_MIN).max(PART_SIZE_MAX);
const PartNumber = z.int().min(1).max(PARTS_MAX).meta({ description: 'From 1.' });

export const UploadCreate = z
  .strictObject({
    ...owner,
    path: FilePath,
    role: FileRole.optional(),
    mediaType: MediaType.optional(),
    sizeBytes: Count.meta({ description: 'Of the whole file.' }),
    sha256: Sha256.optional().meta({
      description:
        'Of the whole file, where it is known: content that turns out to be other is rejected. Content that a file has ' +
        'which the caller may read need not be sent: the upload is complete at once.',
    }),
    partSizeBytes: PartSize.optional().meta({
      description:
        'Of every part but the last. Default: 16 MiB, or more where the file would have over 10,000 parts.',
    }),
  })
  .meta({
    id: 'UploadCreate',
    description: 'A file to upload in parts. Exactly one of `model`, `version`, `experiment`, `checkpoint`.',
  });
export type UploadCreate = z.infer<typeof UploadCreate>;

export const Upload = z
  .object({
    object: z.object({ kind: z.enum(OWNER_KINDS), id: Uuid }).meta({ description: 'Whose file it is.' }),
    path: FilePath,
    role: FileRole,
    mediaType: z.string().nullable(),
    sizeBytes: Count,
    sha256: Sha256.nullable().meta({ description: 'As announced; once it is complete, as computed.' }),
    partSizeBytes: Count.meta({ description: 'Of every part but the last, which has what is left.' }),
    partCount: Count.meta({ description: 'None where the file is empty.' }),
    direct: z.boolean().meta({ description: 'Parts can go straight to the store, by signed URLs.' }),
    state: UploadState,
    completing: z.boolean().meta({
      description:
        'The upload was completed, and the store could not put the parts together yet. The server goes on until it has.',
    }),
    waitsFor: z
      .string()
      .nullable()
      .meta({
        description:
          'Why a completed upload is not verified yet, if the store did not answer or gave other bytes than arrived. The ' +
          'server looks again by itself. Null otherwise.',
      }),
    failure: z.string().nullable().meta({ description: 'Why it came to nothing.' }),
    file: File.nullable().meta({
      description: 'The file that came of it; null before, and when the path has another one since.',
    }),
    ...auditFields,
    expiresAt: Timestamp.nullable().meta({
      description:
        'When it expires unless something happens to it; null unless it is open. Each part moves it.',
    }),
  })
  .meta({ id: 'Upload', description: 'A file that comes in parts.' });
export type Upload = z.infer<typeof Upload>;

export const UploadPart = z
  .object({
    part: PartNumber,
    sizeBytes: Count,
    sha256: Sha256.nullable().meta({ description: 'Null where an S3 server does not tell it.' }),
    receivedAt: Timestamp,
  })
  .meta({ id: 'UploadPart', description: 'A part that has arrived, verified by its checksum.' });
export type UploadPart = z.infer<typeof UploadPart>;

const UploadComplete = z
  .strictObject({
    sha256: Sha256.optional().meta({ description: 'Of the whole file, where the create did not say it.' }),
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
    url: z.string().meta({ description: 'Works for whoever has it, for this content only.' }),
    headers: z.record(z.string(), z.string()).meta({ description: 'To be sent exactly so.' }),
    expiresAt: Timestamp.meta({ description: 'Later the store refuses it; have it signed again.' }),
  })
  .meta({ id: 'SignedPart', description: 'A request that brings one part to the store.' });
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
    summary: 'Begin a file that comes in parts',
    description:
      'Refused at once where the file could not be stored: a frozen object, a tracked path, a size.',
    body: UploadCreate,
    answers: { 201: Upload },
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
    summary: 'List the uploads to an object, newest first',
    description: 'Exactly one object. Uploads that are over are kept for a week.',
    query: z.strictObject({ ...owner, state: UploadState.optional(), limit, cursor }),
    answers: { 200: page('UploadPage', Upload) },
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
    summary: 'Give an upload up; its parts are removed',
    description: 'One that came to nothing already stays as it is. Once it is completed: 409.',
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
    summary: 'List the parts of an open upload that have arrived, by number',
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
    summary: 'Send a part',
    description:
      'The body is the content, with its exact `Content-Length` and a checksum. In any order, several at once; the ' +
      'same part again replaces it.',
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
    summary: 'Sign requests that bring parts straight to the store',
    description: 'Where the upload is `direct`. Each takes only the content that has the SHA-256 named.',
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
    summary: 'Make the file of its parts',
    description:
      'The file is there at once, in state `verifying`; it can be downloaded when the whole was read back and its ' +
      'SHA-256 computed. If the store cannot put the parts together now, the server goes on by itself (`completing`). ' +
      'Again: the upload as it is.',
    params,
    body: UploadComplete,
    bodyOptional: true,
    answers: { 200: Upload },
    touches: touch('file.write'),
  }),
] as const;
