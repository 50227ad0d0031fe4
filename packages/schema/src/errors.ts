import { z } from 'zod';

/**
 * Every error code with its HTTP status and what it means. Codes are stable: clients decide by them, never by the text.
 */
export const ERRORS = {
  malformed: [400, 'The request is not well-formed HTTP, JSON or UTF-8.'],
  unauthenticated: [401, 'The request carries no valid credentials.'],
  forbidden: [403, 'The caller may not do this here.'],
  forbidden_host: [
    403,
    'The server is open for the local user only and answers only a loopback Host, unproxied.',
  ],
  not_found: [
    404,
    'There is no such object; with an `id` it is deleted, and can be restored until it is purged.',
  ],
  no_such_route: [404, 'There is no such route.'],
  conflict: [409, 'The request contradicts the state of the object.'],
  exists: [409, 'Another object has this name, with other content.'],
  deleted: [409, 'A deleted object still holds this name; `id` is that object, which can be restored.'],
  limit_reached: [
    409,
    'There are as many of these as the server allows; `detail` says which setting bounds them and how to free some.',
  ],
  name_retired: [409, 'The name belonged to a version that is gone; a version name is never given twice.'],
  holds_alias: [409, 'The version holds an alias; move or delete that first.'],
  not_empty: [409, 'The namespace still contains something.'],
  not_ready: [
    409,
    'Only a ready version can be named by an alias, only a ready checkpoint promoted, and only what is ready archived.',
  ],
  files_frozen: [409, 'The file set of a ready version or checkpoint never changes.'],
  file_is_tracked: [409, 'The file is tracked where it lies: its content is at `uri`, not here.'],
  file_not_verified: [
    409,
    'The content is still being read to compute its SHA-256, or was not what had been announced.',
  ],
  files_pending: [
    409,
    'Files are still to come: an upload is open, or a file is not verified yet, or was rejected.',
  ],
  upload_closed: [409, 'The upload takes no parts any more: it is complete, or was given up.'],
  parts_missing: [409, 'Parts of the upload have not arrived, or not with the size that they must have.'],
  no_direct_upload: [409, 'The file store takes no parts past the server; send them to the server.'],
  file_corrupt: [409, 'The stored content is damaged; uploading the same content again mends it.'],
  no_previous: [409, 'The alias has no previous holder to go back to.'],
  replay_unavailable: [409, 'The first answer under this Idempotency-Key cannot be given again.'],
  stale: [412, 'The object has changed since; read it again.'],
  too_large: [413, 'The request is larger than the server accepts.'],
  quota_exceeded: [
    413,
    'The namespace, or one above it, has no room for it in its quota of stored bytes, or the open uploads of the caller would reserve more than their share of it.',
  ],
  unsupported_media_type: [415, 'The content type is not one that the route takes.'],
  range_not_satisfiable: [416, 'The range lies outside the file.'],
  invalid: [422, 'A field is missing, unknown or not as it must be; `errors` names each.'],
  immutable: [422, 'The field is part of the identity and never changes.'],
  checksum_mismatch: [422, 'The content is not what the checksum or the length said.'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used with another body.'],
  query_too_expensive: [
    422,
    'The request would take too long here because of its filter, order, policy or reach. To send it again does not help: ask for less.',
  ],
  rate_limited: [429, 'Too many requests.'],
  internal: [500, 'The server failed; the request id leads to its log.'],
  upload_unsettled: [
    503,
    'The file store does not know the parts of the upload just now; try again after `Retry-After` seconds.',
  ],
  unavailable: [503, 'The server cannot serve this now; try again after `Retry-After` seconds.'],
  storage_full: [503, 'The file store has no space left: nothing of the content was kept.'],
  storage_read_only: [503, 'The file store refuses writes: stored files can be read, and none can be added.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

export const FieldError = z
  .object({
    in: z.enum(['body', 'query', 'path', 'header']).meta({ description: 'The part of the request.' }),
    pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) to the field within that part.' }),
    message: z.string().meta({ description: 'What is wrong, and what is allowed.' }),
    position: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'In a filter or order: the offset of the error.' }),
    expected: z.array(z.string()).optional().meta({ description: 'What would have been accepted.' }),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'A URI that names the kind of error.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().meta({ description: 'What happened, in words for a person.' }),
    requestId: z.string(),
    errors: z.array(FieldError).optional(),
    id: z.string().optional().meta({ description: 'The id of the object in the way.' }),
    uri: z.string().optional().meta({ description: 'Where a tracked file lies.' }),
    aliases: z.array(z.string()).optional().meta({ description: 'The aliases in the way.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });
export type Problem = z.infer<typeof Problem>;
