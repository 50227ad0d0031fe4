import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Count, Sha256, Timestamp, Uri } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

/** Files of one object at most. */
export const FILES_MAX = 10_000;
/** Files that an object's answer carries at most; `fileCount` tells how many there are, the list gives them all. */
export const FILES_INLINE_MAX = 100;
/** Files that one request can attach. */
export const ATTACH_MAX = 256;

export const FileRole = z
  .enum(['model', 'checkpoint', 'dataset', 'text', 'image', 'audio', 'video', 'other'])
  .meta({ id: 'FileRole', description: 'What the file is to its object.' });

export const FilePath = z
  .string()
  .min(1)
  .max(1024)
  .meta({
    description: 'Relative, names joined by `/`; no empty part, `.`, `..`, backslash or control character.',
    examples: ['weights/model.onnx'],
  });

export const File = z
  .object({
    path: FilePath,
    role: FileRole,
    uri: Uri.nullable().meta({ description: 'Where a tracked file lies; null for a stored one.' }),
    sizeBytes: Count.nullable(),
    sha256: Sha256.nullable(),
    state: z.enum(['tracked', 'verifying', 'verified', 'rejected', 'corrupt']).meta({
      description:
        '`tracked`: it lies at `uri`, unchecked. `verifying`: stored in parts, each of them checked; the whole is being ' +
        'read. `verified`: stored, and its SHA-256 was computed here. `rejected`: the whole was not what had been ' +
        'announced. `corrupt`: stored, but its bytes were found damaged or missing since. Only a verified file can be ' +
        'downloaded here.',
    }),
    mediaType: z.string().nullable(),
    createdAt: Timestamp,
  })
  .meta({ id: 'File', description: 'One file of an object.' });
export type File = z.infer<typeof File>;

export const TrackedFile = z
  .union([
    Uri.meta({ id: 'FileUri', description: 'Where the file lies; its path is the last segment.' }),
    z
      .strictObject({
        path: FilePath.optional(),
        role: FileRole.optional(),
        uri: Uri,
        sha256: Sha256.nullable().optional(),
        sizeBytes: Count.nullable().optional(),
      })
      .meta({ id: 'FileToTrack' }),
  ])
  .meta({ id: 'TrackedFile', description: 'A file to track where it lies.' });
export const TrackedFiles = z.array(TrackedFile).max(FILES_MAX);

export const MediaType = z
  .string()
  .max(255)
  .regex(/^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/, 'must be a media type, for example "text/plain"');

const FileToAttach = z
  .strictObject({
    path: FilePath,
    sha256: Sha256,
    role: FileRole.optional(),
    mediaType: MediaType.optional(),
  })
  .meta({ id: 'FileToAttach', description: 'A file of content that is stored already, by its SHA-256.' });
const AttachFiles = z
  .strictObject({ files: z.array(FileToAttach).min(1).max(ATTACH_MAX) })
  .meta({ id: 'AttachFiles' });
const TrackFiles = z.strictObject({ files: TrackedFiles.min(1) }).meta({ id: 'TrackFiles' });
const FilePage = page('FilePage', File);
const FileList = z
  .object({ items: z.array(File), hidden })
  .meta({ id: 'FileList', description: 'The files named.' });

/** Digests of content, each of which the server checks. */
export const digestHeaders = z.object({
  'content-digest': z
    .string()
    .max(1024)
    .optional()
    .meta({
      description:
        'RFC 9530, `sha-256=:<base64>:`; also `sha-512`, `sha`, `md5` and `crc32`. Content that does not match is refused ' +
        'and leaves nothing. A digest that the server cannot check is 422, in whichever header it comes.',
    }),
  'content-md5': z.string().max(64).optional().meta({ description: 'The MD5 in base64 (RFC 1864).' }),
  'x-amz-checksum-sha256': z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'The SHA-256 in base64, as S3 has it.' }),
});

const redirect = z
  .boolean()
  .optional()
  .meta({
    description:
      'Sends the reader to the store, where that can serve the content by a signed URL: 307. It is valid for ' +
      'minutes, to whoever has it. Where the store cannot, and to HEAD, the answer is as without this.',
    default: false,
    // The client reads what the server answers, and verifies it.
    'x-not-in-client': true,
  });

/** The routes of the files of one kind of owner. */
export const fileRoutes = <K extends OwnerKind>(kind: K) => {
  const base = `${ownerPath(kind)}/files` as const;
  const params = ownerParams(kind);
  const one = params.extend({ path: FilePath });
  const touch = <P extends 'file.read' | 'file.write'>(permission: P) =>
    ({ object: { kind, at: `params.${kind}`, permission } }) as const;
  const tag = `${kind}s` as const;
  return [
    route({
      id: `${kind}s.files.list`,
      method: 'GET',
      cost: 'fixed',
      path: base,
      tag,
      summary: `List the files of ${aKind(kind)}, by path`,
      params,
      query: z.strictObject({ limit, cursor }),
      answers: { 200: FilePage },
      touches: touch('file.read'),
    }),
    route({
      id: `${kind}s.files.track`,
      method: 'POST',
      cost: 'fixed',
      path: base,
      tag,
      summary: `Track files of ${aKind(kind)} where they lie`,
      description: 'A path that is taken by the same URI is left as it is; by anything else: 409.',
      params,
      body: TrackFiles,
      answers: { 200: FileList },
      touches: touch('file.write'),
    }),
    route({
      id: `${kind}s.files.attach`,
      method: 'POST',
      cost: 'fixed',
      path: `${base}/attach`,
      tag,
      summary: `Make files of ${aKind(kind)} out of content that is stored already`,
      description:
        'All or none. Of content that a file of some object has which the caller may read; any other is 404 and must be ' +
        'uploaded. A path that has the same content is left as it is, one that has other content gets this.',
      params,
      body: AttachFiles,
      answers: { 200: FileList },
      touches: {
        ...touch('file.write'),
        contents: { kind: 'content', at: 'body.files[].sha256', permission: 'file.read' },
      },
    }),
    route({
      id: `${kind}s.files.upload`,
      method: 'PUT',
      cost: 'fixed',
      path: `${base}/{path*}`,
      tag,
      summary: `Upload a file of ${aKind(kind)}`,
      description:
        'The body is the content. It is hashed while it streams in and visible only when it is whole. `If-Match` and ' +
        '`If-None-Match` hold of the file at the path: with `If-None-Match: *` no file is replaced.',
      params: one,
      query: z.strictObject({ role: FileRole.optional() }),
      headers: digestHeaders,
      body: 'bytes',
      answers: { 200: File, 201: File },
      errors: [412],
      touches: touch('file.write'),
    }),
    route({
      id: `${kind}s.files.download`,
      method: 'GET',
      cost: 'fixed',
      path: `${base}/{path*}`,
      tag,
      summary: `Download a file of ${aKind(kind)}`,
      description:
        'Answers HEAD, ranges (RFC 9110; several come as `multipart/byteranges`) and conditions; the ETag is the ' +
        'SHA-256, and so is `Repr-Digest`.',
      params: one,
      query: z.strictObject({ redirect }),
      answers: { 200: 'bytes', 206: 'bytes', 304: 'empty', 307: 'empty' },
      errors: [409, 412, 416],
      touches: touch('file.read'),
    }),
    route({
      id: `${kind}s.files.delete`,
      method: 'DELETE',
      cost: 'fixed',
      path: `${base}/{path*}`,
      tag,
      summary: `Delete a file of ${aKind(kind)}`,
      params: one,
      answers: { 204: 'empty' },
      touches: touch('file.write'),
    }),
  ] as const;
};
