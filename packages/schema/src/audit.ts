import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { NamespacePath, Timestamp, Uuid } from './primitives.ts';
import { OBJECT_KINDS } from './resources.ts';
import { route } from './route.ts';

export const AuditOutcome = z.enum(['written', 'denied', 'read']).meta({
  id: 'AuditOutcome',
  description:
    '`written`: the caller changed something. `denied`: the caller lacked a permission. `read`: content ' +
    'was sent; the server records reads only if it is configured to.',
});
export type AuditOutcome = z.infer<typeof AuditOutcome>;

export const AuditEntry = z
  .object({
    id: z
      .string()
      .meta({ description: 'The unique id of the entry. For a write, it is the id of its change.' }),
    at: Timestamp,
    outcome: AuditOutcome,
    actor: z
      .string()
      .nullable()
      .meta({
        description:
          'The caller: `user:…`, `service:…`, `local` on an open server, or `modelbox` for the server ' +
          'itself. Null: an unknown caller.',
      }),
    tokenId: Uuid.nullable().meta({
      description: 'The token of the request, also if it was rejected, as long as this server issued it.',
    }),
    address: z.string().nullable().meta({ description: 'The address of the client.' }),
    requestId: z.string().nullable().meta({ description: 'The id of the request, as in the log.' }),
    action: z.string().nullable().meta({
      description: 'For a write, the action on the object: `created`, `updated`, `moved`, …',
    }),
    method: z.string().nullable().meta({ description: 'For a denied attempt or a read, the HTTP method.' }),
    route: z
      .string()
      .nullable()
      .meta({ description: 'For a denied attempt or a read, the operation: `models.get`.' }),
    status: z
      .int()
      .nullable()
      .meta({ description: 'For a denied attempt or a read, the HTTP status of the answer.' }),
    permission: z
      .string()
      .nullable()
      .meta({ description: 'For a denied attempt, the permission that the caller lacked.' }),
    object: z
      .object({
        kind: z.string(),
        id: Uuid.nullable().meta({ description: 'Null: no such object exists.' }),
        name: z.string().nullable().meta({
          description: 'The name of the object within its parent, or the path of the file.',
        }),
      })
      .nullable()
      .meta({
        id: 'AuditedObject',
        description: 'The object of the request, as far as the server could resolve it.',
      }),
    namespace: z.string().nullable().meta({ description: 'The namespace of the object.' }),
    fields: z
      .array(z.string())
      .nullable()
      .meta({ description: 'For a change to an existing object, the changed fields.' }),
    detail: z
      .string()
      .nullable()
      .meta({ description: 'For a denied attempt, the reason, if the other fields do not show it.' }),
    repeats: z
      .int()
      .min(1)
      .meta({
        description:
          'The number of attempts that the entry counts. Attempts beyond `MODELBOX_AUDIT_DENIALS` a minute ' +
          'share one entry.',
      }),
    lastAt: Timestamp.nullable().meta({
      description: 'The time of the last attempt that the entry counts. Null: the entry counts one.',
    }),
  })
  .meta({ id: 'AuditEntry', description: 'A write, a denied attempt or a read.' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const word = (max: number, description: string, text = z.string()) =>
  text.min(1).max(max).optional().meta({ description });

const filters = {
  namespace: NamespacePath.optional().meta({
    description: 'Entries of this namespace and all below it. Only administrators may leave it out.',
  }),
  actor: word(
    256,
    'Entries of this caller, for example `user:ann@example.com`.',
    z.string().normalize('NFC'),
  ),
  token: Uuid.optional().meta({ description: 'Entries of the token with this id.' }),
  address: word(64, 'Entries from this client address.'),
  outcome: AuditOutcome.optional(),
  action: word(64, 'Writes with this action, for example `moved`.'),
  route: word(128, 'Denied attempts and reads of this operation, for example `models.get`.'),
  objectKind: z.enum(OBJECT_KINDS).optional().meta({ description: 'Entries about objects of this kind.' }),
  object: Uuid.optional().meta({ description: 'Entries about the object with this id.' }),
  requestId: word(128, 'Entries of this request.'),
  since: Timestamp.optional().meta({ description: 'Entries at or after this time.' }),
  until: Timestamp.optional().meta({ description: 'Entries before this time.' }),
};

const shared = {
  method: 'GET',
  cost: 'variable',
  tag: 'access',
  errors: [404],
  touches: {
    namespace: {
      kind: 'namespace',
      at: 'query.namespace',
      permission: 'audit.read',
      create: 'audit.read',
    },
  },
  recorded: true,
} as const;

export const auditRoutes = [
  route({
    ...shared,
    id: 'audit.list',
    path: '/v1/audit',
    summary: 'List writes, denied attempts and reads, newest first',
    query: z.strictObject({ ...filters, limit, cursor }),
    answers: { 200: page('AuditPage', AuditEntry) },
  }),
  route({
    ...shared,
    id: 'audit.export',
    path: '/v1/audit/export',
    summary: 'Export the audit, oldest first',
    description:
      'Sends one JSON entry per line (NDJSON): all matching entries that existed when the export began. ' +
      'If the export cannot continue, the connection breaks; a complete answer is never shortened.',
    query: z.strictObject(filters),
    answers: { 200: 'ndjson' },
  }),
] as const;
