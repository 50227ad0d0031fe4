import { z } from 'zod';
import { cursor, limit, page } from './lists.ts';
import { NamespacePath, Timestamp, Uuid } from './primitives.ts';
import { OBJECT_KINDS } from './resources.ts';
import { route } from './route.ts';

export const AuditOutcome = z.enum(['written', 'denied', 'read']).meta({
  id: 'AuditOutcome',
  description:
    '`written`: a change was made. `denied`: the caller may not do it. `read`: content went out, which is recorded only ' +
    'where the server is told to.',
});
export type AuditOutcome = z.infer<typeof AuditOutcome>;

export const AuditEntry = z
  .object({
    id: z.string().meta({ description: 'No other entry has it. That of a write is the id of its change.' }),
    at: Timestamp,
    outcome: AuditOutcome,
    actor: z.string().nullable().meta({
      description:
        'Who: `user:…`, `service:…`, `local` on an open server, `modelbox` for the server itself; null: nobody who is known.',
    }),
    tokenId: Uuid.nullable().meta({
      description: 'By which token; one that was refused too, if it is ours.',
    }),
    address: z.string().nullable().meta({ description: 'From which address.' }),
    requestId: z.string().nullable().meta({ description: 'Leads to the request in the log.' }),
    action: z.string().nullable().meta({
      description: 'Of a write what became of the object: `created`, `updated`, `moved`, …',
    }),
    method: z.string().nullable().meta({ description: 'Of an attempt or a read: GET, HEAD, POST, …' }),
    route: z
      .string()
      .nullable()
      .meta({ description: 'Of an attempt or a read: the operation, `models.get`.' }),
    status: z.int().nullable().meta({ description: 'Of an attempt or a read: with what it was answered.' }),
    permission: z
      .string()
      .nullable()
      .meta({ description: 'Of an attempt: the permission that was lacking.' }),
    object: z
      .object({
        kind: z.string(),
        id: Uuid.nullable().meta({ description: 'Null: it was not there.' }),
        name: z.string().nullable().meta({
          description: 'Its name within what it lies in, or the path of the file.',
        }),
      })
      .nullable()
      .meta({ id: 'AuditedObject', description: 'What it was done to, as far as that was found out.' }),
    namespace: z.string().nullable().meta({ description: 'In which namespace that lies.' }),
    fields: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Of a change to what was there: the fields that it changed.' }),
    detail: z
      .string()
      .nullable()
      .meta({ description: 'Why an attempt was denied, where the rest does not tell.' }),
    repeats: z.int().min(1).meta({
      description:
        'How many attempts it stands for: beyond `MODELBOX_AUDIT_DENIALS` of a caller in a minute they are counted.',
    }),
    lastAt: Timestamp.nullable().meta({
      description: 'When the last attempt that it counts came; null: it is one.',
    }),
  })
  .meta({ id: 'AuditEntry', description: 'Something that somebody did, or wanted to.' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const word = (max: number, description: string, text = z.string()) =>
  text.min(1).max(max).optional().meta({ description });

const filters = {
  namespace: NamespacePath.optional().meta({
    description: 'There and in all below it. Without it the audit is for administrators.',
  }),
  actor: word(256, 'Who, `user:ann@example.com`.', z.string().normalize('NFC')),
  token: Uuid.optional().meta({ description: 'The id of a token.' }),
  address: word(64, 'From this address.'),
  outcome: AuditOutcome.optional(),
  action: word(64, 'Writes that did this, `moved`.'),
  route: word(128, 'Attempts at an operation and reads by it, `models.get`.'),
  objectKind: z.enum(OBJECT_KINDS).optional().meta({ description: 'What it was done to.' }),
  object: Uuid.optional().meta({ description: 'The id of what it was done to.' }),
  requestId: word(128, 'All of one request.'),
  since: Timestamp.optional().meta({ description: 'Not before.' }),
  until: Timestamp.optional().meta({ description: 'Before.' }),
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
    summary: 'List who did what, and what was denied to whom, newest first',
    query: z.strictObject({ ...filters, limit, cursor }),
    answers: { 200: page('AuditPage', AuditEntry) },
  }),
  route({
    ...shared,
    id: 'audit.export',
    path: '/v1/audit/export',
    summary: 'Export the audit, oldest first',
    description:
      'One JSON entry a line (NDJSON): all that match and were there when the export began. It breaks off where it cannot go ' +
      'on, and never ends as if it were whole.',
    query: z.strictObject(filters),
    answers: { 200: 'ndjson' },
  }),
] as const;
