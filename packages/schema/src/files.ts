import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { Count, Sha256, Timestamp, Uri } from './primitives.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const FILES_MAX = 10_000;
/** The files that an answer about an object contains at most. `fileCount` is the total. */
export const FILES_INLINE_MAX = 100;
export const ATTACH_MAX = 256;

export const FileRole = z
  .enum(['model', 'checkpoint', 'dataset', 'text', 'image', 'audio', 'video', 'other'])
  .meta({ id: 'FileRole', description: 'The role of the file.' });

export const FilePath = z
  .string()
  .min(1)
  .max(1024)
  .meta({
    description:
      'A relative path of names joined by `/`, without empty names, `.`, `..`, backslashes or control ' +
      'characters.',
    examples: ['weights/model.onnx'],
  });

export const File = z
  .object({
    path: FilePath,
    role: FileRole,
    uri: Uri.nullable().meta({ description: 'The location of a tracked file. Null for a stored file.' }),
    sizeBytes: Count.nullable(),
    sha256: Sha256.nullable(),
    state: z.enum(['tracked', 'verifying', 'verified', 'rejected', 'corrupt']).meta({
      description:
        '`tracked`: the content is at `uri` and not checked. `verifying`: all parts are stored and ' +
        'checked; the server still computes the SHA-256 of the whole. `verified`: stored, with a SHA-256 ' +
        'that the server computed. `rejected`: the content did not match the announced SHA-256. ' +
        '`corrupt`: the stored content was found damaged or missing. Only verified files can be ' +
        'downloaded.',
    }),
    mediaType: z.string().nullable(),
    createdAt: Timestamp,
  })
  .meta({ id: 'File', description: 'A file of an object.' });
export type File = z.infer<typeof File>;

export const TrackedFile = z
  .union([
    Uri.meta({ id: 'FileUri', description: 'The location of the file. The last segment becomes its path.' }),
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
  .meta({ id: 'TrackedFile', description: 'A file whose content stays at its URI.' });
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
  .meta({ id: 'FileToAttach', description: 'A file to create from stored content, named by its SHA-256.' });
const AttachFiles = z
  .strictObject({ files: z.array(FileToAttach).min(1).max(ATTACH_MAX) })
  .meta({ id: 'AttachFiles' });
const TrackFiles = z.strictObject({ files: TrackedFiles.min(1) }).meta({ id: 'TrackFiles' });
const FilePage = page('FilePage', File);
const FileList = z
  .object({ items: z.array(File), hidden })
  .meta({ id: 'FileList', description: 'The files that the request named.' });

export const digestHeaders = z.object({
  'content-digest': z
    .string()
    .max(1024)
    .optional()
    .meta({
      description:
        'RFC 9530: `sha-256=:<base64>:`. Also `sha-512`, `sha`, `md5` and `crc32`. Content that does not ' +
        'match is rejected and not stored. An unsupported digest in any header returns 422.',
    }),
  'content-md5': z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'The base64 MD5 of the content (RFC 1864).' }),
  'x-amz-checksum-sha256': z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'The base64 SHA-256 of the content, as in S3.' }),
});

const redirect = z
  .boolean()
  .optional()
  .meta({
    description:
      'Redirects (307) to a signed URL of the file store, if the store supports it. Anyone who has the ' +
      'URL can read the content for some minutes. Otherwise, and for HEAD, the server answers as without ' +
      'this parameter.',
    default: false,
    // The client verifies content that the server sends, so it never asks for the redirect.
    'x-not-in-client': true,
  });

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
      summary: `Track files of ${aKind(kind)} at their location`,
      description:
        'A path that already tracks the same URI stays unchanged. Any other existing file at the path ' +
        'returns 409.',
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
      summary: `Create files of ${aKind(kind)} from stored content`,
      description:
        'Creates all files or none. The caller must be able to read a file with the same content; ' +
        'otherwise the content is 404 and must be uploaded. A path with the same content stays ' +
        'unchanged; other content is replaced.',
      params,
      body: AttachFiles,
      answers: { 200: FileList },
      subject: 'object',
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
        'The body is the content. The server hashes it while it arrives; the file becomes visible when ' +
        'it is complete. `If-Match` and `If-None-Match` apply to the file at the path: `If-None-Match: ' +
        '*` never replaces a file.',
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
        'Supports HEAD, range requests (RFC 9110; several ranges return `multipart/byteranges`) and ' +
        'conditional requests. The ETag and `Repr-Digest` are the SHA-256.',
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
