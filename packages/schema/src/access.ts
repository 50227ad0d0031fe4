import { z } from 'zod';
import { ROLES } from './define-resource.ts';
import { cursor, limit, page } from './lists.ts';
import { PERMISSIONS } from './permissions.ts';
import { NamespacePath, naming, Timestamp, Uuid } from './primitives.ts';
import { route } from './route.ts';

/** `user:ann@example.com`, `service:trainer`, `group:ml`. */
export const PRINCIPAL_PATTERN =
  /^(?:user|service|group):[^\s\u0000-\u001f\u007f-\u009f](?:[^\u0000-\u001f\u007f-\u009f]{0,198}[^\s\u0000-\u001f\u007f-\u009f])?$/u;

export const Principal = z
  .string()
  .normalize('NFC')
  .regex(
    PRINCIPAL_PATTERN,
    'must be `user:…`, `service:…` or `group:…`, then 1 to 200 characters that neither begin nor end with a space',
  )
  .meta({
    maxLength: 208,
    description: 'Who: `user:…`, `service:…` or `group:…`.',
    examples: ['user:ann@example.com', 'service:trainer'],
  });
const Bearer = Principal.regex(/^(?!group:)/, 'must be a user or a service: a group holds no token');

export const RoleName = z.enum(ROLES).meta({
  id: 'Role',
  description:
    '`viewer` reads and downloads; `contributor` adds experiments, checkpoints, metrics and versions; `maintainer` moves ' +
    'aliases, sets policies, deletes, decides and holds; `admin` grants. Each may do what the one before it may.',
});

const PermissionName = z.enum(PERMISSIONS).meta({ id: 'Permission' });

const Networks = z
  .array(
    z
      .string()
      .min(2)
      .max(64)
      .regex(
        /^[0-9a-fA-F.:]+(?:\/\d{1,3})?$/,
        'must be an IP address or a network, for example "10.0.0.0/8"',
      ),
  )
  .max(64)
  .nullable()
  .meta({ description: 'Only from these addresses and networks; null: from anywhere.' });

const narrowing = {
  namespaces: z
    .array(NamespacePath)
    .max(64)
    .nullable()
    .meta({ description: 'Only there and below, within what its owner may; null: everywhere.' }),
  permissions: z
    .array(PermissionName)
    .max(PERMISSIONS.length)
    .nullable()
    .meta({ description: 'Only these, within what its owner may; null: all.' }),
  networks: Networks,
};

export const Token = z
  .object({
    id: Uuid,
    name: z.string(),
    principal: Principal,
    administrator: z.boolean(),
    ...narrowing,
    parentId: Uuid.nullable().meta({
      description:
        'The token that made it: it ends with that at the latest, and is revoked with it. Null: a sign-in, the bootstrap ' +
        'token or the local user made it.',
    }),
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'To the minute.' }),
    revokedAt: Timestamp.nullable(),
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({
    id: 'Token',
    description: 'Credentials of a user or a service account; the secret is not among it.',
  });
export type Token = z.infer<typeof Token>;

export const TokenCreate = z
  .strictObject({
    name: naming('token', z.string().min(1).max(128).meta({ description: 'What it is for.' })),
    principal: Bearer.optional().meta({
      description: 'Whose token it is. Default: of whoever asks; of others only for administrators.',
    }),
    administrator: z.boolean().optional().meta({
      description: 'May do everything on the server. Only for administrators.',
      default: false,
    }),
    namespaces: narrowing.namespaces.optional(),
    permissions: narrowing.permissions.optional(),
    networks: Networks.optional(),
    expiresAt: Timestamp.nullable()
      .optional()
      .meta({
        description:
          'Not after the end of the token that makes it, nor beyond `MODELBOX_TOKEN_MAX_LIFETIME`. Left out or null: the ' +
          'latest time that these allow.',
      }),
  })
  .meta({ id: 'TokenCreate' });
export type TokenCreate = z.infer<typeof TokenCreate>;

export const NewToken = Token.extend({
  token: z.string().meta({ description: 'The secret. It is shown this once and kept nowhere.' }),
}).meta({ id: 'NewToken' });
export type NewToken = z.infer<typeof NewToken>;

export const Grant = z
  .object({
    namespace: NamespacePath,
    principal: Principal,
    role: RoleName,
    inherited: z.boolean().meta({ description: 'Whether it stands on a namespace above.' }),
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Grant', description: 'What somebody may do in a namespace and in all below it.' });
export type Grant = z.infer<typeof Grant>;

export const Whoami = z
  .object({
    name: z.string(),
    administrator: z.boolean(),
    groups: z.array(z.string()),
    tokenId: Uuid.nullable(),
    namespaces: z
      .record(z.string(), z.array(z.string()))
      .meta({ description: 'The permissions by namespace; of an administrator empty.' }),
  })
  .meta({ id: 'Whoami', description: 'Who the server takes the caller for.' });
export type Whoami = z.infer<typeof Whoami>;

const namespaceParams = z.strictObject({ namespace: NamespacePath });
const grantParams = z.strictObject({ namespace: NamespacePath, principal: Principal });
const tag = 'access';

const granted = <P extends 'read' | 'write'>(verb: P) =>
  ({
    namespace: {
      kind: 'namespace',
      at: 'params.namespace',
      permission: `grant.${verb}`,
      create: `grant.${verb}`,
    },
  }) as const;

export const accessRoutes = [
  route({
    id: 'whoami',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/whoami',
    tag,
    summary: 'Read who the server takes the caller for',
    answers: { 200: Whoami },
    known: true,
    touches: {},
  }),
  route({
    id: 'tokens.create',
    method: 'POST',
    cost: 'fixed',
    path: '/v1/tokens',
    tag,
    summary: 'Make a token',
    description: 'The answer shows the secret, this once: the same `Idempotency-Key` again is 409.',
    body: TokenCreate,
    answers: { 201: NewToken },
    known: true,
    touches: {},
  }),
  route({
    id: 'tokens.list',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/tokens',
    tag,
    summary: 'List tokens, newest first: of the caller, or for administrators of all',
    query: z.strictObject({ principal: Principal.optional(), limit, cursor }),
    answers: { 200: page('TokenPage', Token) },
    known: true,
    touches: {},
  }),
  route({
    id: 'tokens.revoke',
    method: 'DELETE',
    cost: 'fixed',
    path: '/v1/tokens/{token}',
    tag,
    summary: 'Revoke a token and all that it made: from then on they open nothing, on any server',
    params: z.strictObject({ token: Uuid }),
    answers: { 204: 'empty' },
    known: true,
    touches: {},
  }),
  route({
    id: 'namespaces.grants.list',
    method: 'GET',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}/grants',
    tag,
    summary: 'List who may do what in a namespace, also by grants on those above',
    params: namespaceParams,
    query: z.strictObject({ limit, cursor }),
    answers: { 200: page('GrantPage', Grant) },
    touches: granted('read'),
  }),
  route({
    id: 'namespaces.grants.set',
    method: 'PUT',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}/grants/{principal}',
    tag,
    summary: 'Grant somebody a role on a namespace, in the place of the one there',
    description: 'The namespace comes into being with it.',
    params: grantParams,
    body: z.strictObject({ role: RoleName }).meta({ id: 'GrantPut' }),
    answers: { 200: Grant },
    touches: granted('write'),
  }),
  route({
    id: 'namespaces.grants.delete',
    method: 'DELETE',
    cost: 'fixed',
    path: '/v1/namespaces/{namespace}/grants/{principal}',
    tag,
    summary: 'Take a grant back',
    params: grantParams,
    answers: { 204: 'empty' },
    touches: granted('write'),
  }),
] as const;
