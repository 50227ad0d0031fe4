import { z } from 'zod';

/**
 * Every error code with its HTTP status and meaning. Codes are stable: clients must branch on `code`, never on texts.
 */
export const ERRORS = {
  malformed: [400, 'The request is not well-formed HTTP, JSON or UTF-8.'],
  unauthenticated: [
    401,
    'The request carries no valid credentials. Send a valid token as `Authorization: Bearer …`.',
  ],
  forbidden: [
    403,
    'The caller may not perform this operation here. Ask an admin of the namespace for the permission.',
  ],
  forbidden_host: [
    403,
    'The server is open to the local user only. It accepts only direct requests with a loopback `Host` ' +
      'header.',
  ],
  not_found: [
    404,
    'The object does not exist, or the caller may not see it. If the answer has an `id`, the object is ' +
      'deleted and can be restored until it is purged.',
  ],
  no_such_route: [404, 'No route has this method and path. Check the URL against `/openapi.json`.'],
  conflict: [
    409,
    'The request conflicts with the current state of the object. `detail` names the cause: resolve it, then retry.',
  ],
  exists: [
    409,
    'An object with this name but other content exists. Choose another name, or read the existing object.',
  ],
  deleted: [409, 'A deleted object with this id still has the name. Restore it, or choose another name.'],
  limit_reached: [
    409,
    'The limit of the server for these objects is reached. `detail` names the setting and how to free ' +
      'some.',
  ],
  name_retired: [
    409,
    'The name belonged to a purged version. Version names are never reused: choose another name.',
  ],
  holds_alias: [409, 'The version holds an alias. Move or delete the alias first.'],
  not_empty: [409, 'The namespace is not empty. Delete its contents first.'],
  not_ready: [
    409,
    'The version or checkpoint is pending. Aliases, promotion and archives require it to be ready: ' +
      'finalize it first.',
  ],
  files_frozen: [
    409,
    'The file set of a ready version or checkpoint is immutable. Create a new version instead.',
  ],
  file_is_tracked: [
    409,
    'The file is tracked: its content is at `uri`, not on this server. Fetch it from `uri`.',
  ],
  file_not_verified: [
    409,
    'The content is still being verified, or did not match the announced SHA-256. Wait until its `state` is ' +
      '`verified`, or upload it again if it was rejected.',
  ],
  files_pending: [
    409,
    'The object has an open upload, or a file that is not verified or was rejected. Complete or delete ' +
      'it first.',
  ],
  upload_closed: [409, 'The upload accepts no more parts, because it is complete, aborted or expired.'],
  parts_missing: [
    409,
    'Parts of the upload are missing or have the wrong size. Send them again, then complete the upload.',
  ],
  no_direct_upload: [409, 'The file store accepts no direct uploads. Send the parts to the server.'],
  file_corrupt: [409, 'The stored content is damaged. Upload the same content again to repair it.'],
  no_previous: [
    409,
    'The alias has no previous holder, so it cannot be rolled back. Set the alias to a version instead.',
  ],
  replay_unavailable: [409, 'The first answer to this Idempotency-Key cannot be repeated. Send a new key.'],
  stale: [412, 'The object has changed since it was read. Read it again and retry with its new ETag.'],
  too_large: [413, 'The request is larger than the server accepts. `detail` names the limit.'],
  quota_exceeded: [
    413,
    'The content exceeds the storage quota of the namespace or of a parent, or the caller’s share of it ' +
      'for open uploads. Delete content, or ask an admin to raise the quota.',
  ],
  unsupported_media_type: [415, 'The route does not accept this content type. `detail` says what to send.'],
  range_not_satisfiable: [416, 'The requested range is outside the file. Request a range below its size.'],
  invalid: [422, 'A field is missing, unknown or invalid. `errors` names each field and the allowed values.'],
  immutable: [422, 'The field identifies the object and cannot be changed. Create a new object instead.'],
  checksum_mismatch: [422, 'The content does not match its checksum or length. Send it again.'],
  idempotency_key_reused: [
    422,
    'The Idempotency-Key was used for a request with another body. Send a new key.',
  ],
  query_too_expensive: [
    422,
    'The filter, order, policy or range of the request is too expensive. A retry does not help: narrow ' +
      'the request.',
  ],
  rate_limited: [429, 'Too many requests. Retry after `Retry-After` seconds.'],
  internal: [500, 'The server failed. Search its log for the request id.'],
  upload_unsettled: [
    503,
    'The file store cannot list the parts of the upload now. Retry after `Retry-After` seconds.',
  ],
  unavailable: [503, 'The server cannot serve the request now. Retry after `Retry-After` seconds.'],
  storage_full: [
    503,
    'The file store is full, so the content was not stored. Free space, or tell the operator.',
  ],
  storage_read_only: [
    503,
    'The file store is read-only: the server can read stored files, but cannot store new ones. Tell the operator.',
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

export const FieldError = z
  .object({
    in: z
      .enum(['body', 'query', 'path', 'header'])
      .meta({ description: 'The part of the request with the field.' }),
    pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) to the field within that part.' }),
    message: z.string().meta({ description: 'The problem and the allowed values.' }),
    position: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'In a filter or order, the offset of the error.' }),
    expected: z.array(z.string()).optional().meta({ description: 'The accepted values.' }),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'A URI that identifies the type of error.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().meta({ description: 'A description of this occurrence for people.' }),
    requestId: z.string(),
    errors: z.array(FieldError).optional(),
    id: z.string().optional().meta({ description: 'The id of the conflicting object.' }),
    uri: z.string().optional().meta({ description: 'The location of a tracked file.' }),
    aliases: z.array(z.string()).optional().meta({ description: 'The conflicting aliases.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });
export type Problem = z.infer<typeof Problem>;
