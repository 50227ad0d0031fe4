import { z } from 'zod';
import { ROLES } from './define-resource.ts';
import { cursor, limit, page } from './lists.ts';
import { PERMISSIONS } from './permissions.ts';
import { NamespacePath, naming, Timestamp, Uuid } from './primitives.ts';
import { route } from './route.ts';

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
    description: 'A user, service or group: `user:…`, `service:…` or `group:…`.',
    examples: ['user:ann@example.com', 'service:trainer'],
  });
const Bearer = Principal.regex(
  /^(?!group:)/,
  'must be a user or a service (`user:…`, `service:…`): a group cannot have tokens',
);

export const RoleName = z.enum(ROLES).meta({
  id: 'Role',
  description:
    '`viewer` reads and downloads. `contributor` adds experiments, checkpoints, metrics and versions. ' +
    '`maintainer` moves aliases, sets policies and holds, deletes, and decides proposals. `admin` ' +
    'manages grants. Each role includes the roles before it.',
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
  .meta({ description: 'The token works only from these addresses and networks. Null: from any address.' });

const narrowing = {
  namespaces: z
    .array(NamespacePath)
    .max(64)
    .nullable()
    .meta({
      description:
        'The token works only in these namespaces and below them, within the rights of its principal. Null: ' +
        'in all.',
    }),
  permissions: z.array(PermissionName).max(PERMISSIONS.length).nullable().meta({
    description:
      'The token has only these permissions, within the rights of its principal. Null: all of them.',
  }),
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
        'The token that created this one. This token expires no later than that one, and is revoked with ' +
        'it. Null: created by an OIDC sign-in, the bootstrap token or the local user.',
    }),
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'The last use, to the minute.' }),
    revokedAt: Timestamp.nullable(),
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({
    id: 'Token',
    description: 'Credentials of a user or service. The secret is not included.',
  });
export type Token = z.infer<typeof Token>;

export const TokenCreate = z
  .strictObject({
    name: naming('token', z.string().min(1).max(128).meta({ description: 'The purpose of the token.' })),
    principal: Bearer.optional().meta({
      description:
        'The user or service that the token identifies. Default: the caller. Only administrators may name ' +
        'another.',
    }),
    administrator: z.boolean().optional().meta({
      description: 'Gives all permissions on the server. Only administrators may set it.',
      default: false,
    }),
    namespaces: narrowing.namespaces.optional(),
    permissions: narrowing.permissions.optional(),
    networks: Networks.optional(),
    expiresAt: Timestamp.nullable()
      .optional()
      .meta({
        description:
          'The expiry. It may exceed neither the expiry of the token that creates this one nor ' +
          '`MODELBOX_TOKEN_MAX_LIFETIME`. Absent or null: the latest allowed time.',
      }),
  })
  .meta({ id: 'TokenCreate' });
export type TokenCreate = z.infer<typeof TokenCreate>;

export const NewToken = Token.extend({
  token: z
    .string()
    .meta({ description: 'The secret. Only this answer shows it; the server stores only its hash.' }),
}).meta({ id: 'NewToken' });
export type NewToken = z.infer<typeof NewToken>;

export const Grant = z
  .object({
    namespace: NamespacePath,
    principal: Principal,
    role: RoleName,
    inherited: z.boolean().meta({ description: 'Whether the grant belongs to a parent namespace.' }),
    createdBy: z.string(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Grant', description: 'A role of a principal on a namespace and everything below it.' });
export type Grant = z.infer<typeof Grant>;

export const Whoami = z
  .object({
    name: z.string(),
    administrator: z.boolean(),
    groups: z.array(z.string()),
    tokenId: Uuid.nullable(),
    namespaces: z.record(z.string(), z.array(z.string())).meta({
      description: 'The permissions of the caller by namespace. Empty for administrators, who have all.',
    }),
  })
  .meta({ id: 'Whoami', description: 'The identity and the rights of the caller.' });
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
    summary: 'Read the identity and rights of the caller',
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
    summary: 'Create a token',
    description:
      'Only the first answer contains the secret. Repeating the request with the same `Idempotency-Key` ' +
      'returns 409.',
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
    summary: 'List tokens, newest first: the caller’s own, or all for administrators',
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
    summary: 'Revoke a token and all tokens created with it, on every server at once',
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
    summary: 'List the grants on a namespace and its parents',
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
    summary: 'Grant a role on a namespace, replacing the previous role of the principal',
    description: 'Creates the namespace if it does not exist.',
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
    summary: 'Delete a grant',
    params: grantParams,
    answers: { 204: 'empty' },
    touches: granted('write'),
  }),
] as const;
