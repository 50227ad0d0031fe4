import { randomBytes } from 'node:crypto';
import { prepared, type Token as TokenRow, type Tx } from '@modelbox/db';
import type { NewToken, Token, TokenCreate } from '@modelbox/schema';
import { hashOf, usedSince } from '../../access/token-identity.ts';
import { endOf, lockParent, lockTree } from '../../access/token-tree.ts';
import { isNetwork } from '../../config/setting-values.ts';
import { idAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import { newId } from '../../core/names/ids.ts';
import { demandVisible } from '../../core/objects/new-name.ts';
import { recordChange } from '../../core/writes/change.ts';
import { lockKey } from '../../core/writes/lock-key.ts';
import { write } from '../../core/writes/write.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';
import { HttpProblem, invalid, invalidField } from '../../protocol/problem.ts';
import type { Receipt, Verb } from '../../protocol/verb.ts';
import { changingRights } from '../grants/changing-rights.ts';

export const isAdministrator = ({ actor }: RequestContext): boolean => actor.grants === 'all';

export const createToken: Verb<'tokens.create'> = async (ctx, { body }) => {
  demandSound(ctx, body);
  const { value: made } = await write(ctx, async (tx) => {
    const value = await insertToken(tx, ctx, body);
    return { status: 201, object: { kind: 'token', id: value.row.id }, value };
  });
  // A replayed request cannot return the secret, because the server does not store it.
  if (made === undefined)
    throw new HttpProblem(
      'replay_unavailable',
      'The token was created, but its secret is shown only once. Create another token.',
    );
  const answer: NewToken = { ...toToken(made.row), token: made.secret };
  return { status: 201, body: answer };
};

async function insertToken(
  tx: Tx,
  ctx: RequestContext,
  body: TokenCreate,
): Promise<{ secret: string; row: TokenRow }> {
  const parent = await lockParent(tx, ctx);
  await demandTokenAllowed(tx, ctx, body.principal ?? ctx.actor.name);
  const secret = `mb_${randomBytes(32).toString('base64url')}`;
  const row = await tx.token.create({
    data: {
      id: newId(ctx),
      hash: new Uint8Array(hashOf(secret)),
      name: body.name,
      principal: body.principal ?? ctx.actor.name,
      administrator: body.administrator ?? false,
      namespaces: body.namespaces?.map((path) => path.replace(/\/$/, '')) ?? [],
      permissions: [...(body.permissions ?? [])],
      networks: body.networks ?? [],
      parentId: parent?.id ?? null,
      expiresAt: endOf(ctx, body.expiresAt, parent),
      createdBy: ctx.actor.name,
      createdAt: ctx.now(),
    },
  });
  await recordChange(tx, ctx, {
    kind: 'token',
    id: row.id,
    namespace: '',
    action: 'created',
    after: toToken(row),
  });
  return { secret, row };
}

/**
 * Requires that the owner may have one more valid token. Locks the count until the transaction ends, so that two
 * creates at the limit do not both pass.
 * @throws HttpProblem limit_reached
 */
async function demandTokenAllowed(tx: Tx, ctx: RequestContext, principal: string): Promise<void> {
  const { maxTokens } = ctx.settings;
  if (maxTokens === 0) return;
  await lockKey(tx, `tokens of ${principal}`);
  const since = usedSince(ctx);
  const [row] = await tx.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM tokens t
    WHERE t.principal = ${principal} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ${ctx.now()})
      AND NOT (${since}::timestamptz IS NOT NULL AND token_is_idle(t.id, ${since}::timestamptz))`;
  if (row.count < maxTokens) return;
  const words =
    `${principal} has ${row.count} tokens, and MODELBOX_MAX_TOKENS allows no more. Revoke unused tokens with DELETE ` +
    '/v1/tokens/{token}. GET /v1/tokens lists them with their last use. A token with expiresAt stops counting when ' +
    'it expires.';
  throw new HttpProblem('limit_reached', words);
}

/**
 * The rights of a token without a list. The table stores a missing list as an empty one, so requests must not send
 * empty lists.
 */
const UNBOUND = { namespaces: 'every namespace', permissions: 'every permission', networks: 'any address' };

/** Throws 403 for a narrowed token: it must not create wider tokens, or revoke other tokens of its owner. */
function demandNotNarrowed({ actor }: RequestContext, what: string): void {
  if (actor.isNarrowed || actor.isBoundToNetworks)
    throw new HttpProblem(
      'forbidden',
      `A token that is restricted to namespaces, permissions or networks ${what}. Use an unrestricted token.`,
    );
}

function demandSound(ctx: RequestContext, body: TokenCreate): void {
  const isOther = body.principal !== undefined && body.principal !== ctx.actor.name;
  if ((isOther || body.administrator) && !isAdministrator(ctx))
    throw new HttpProblem(
      'forbidden',
      'Only administrators may create tokens for others, or administrator tokens.',
    );
  demandNotNarrowed(ctx, 'cannot create other tokens');
  if (body.principal === undefined && !/^(?:user|service):/.test(ctx.actor.name))
    throw invalidField(
      'body',
      '/principal',
      'is required: the local user of an open server cannot own a token',
    );
  if (isOther) demandVisible('body', '/principal', body.principal as string);
  for (const name of ['namespaces', 'permissions', 'networks'] as const) {
    if (body[name]?.length === 0)
      throw invalidField('body', `/${name}`, `must not be empty; null allows ${UNBOUND[name]}`);
  }
  const wrong = (body.networks ?? []).flatMap((network, index) => (isNetwork(network) ? [] : [index]));
  if (wrong.length > 0) {
    const message = 'must be an IP address or a network, for example "10.0.0.0/8"';
    throw invalid(wrong.map((index) => ({ in: 'body', pointer: `/networks/${index}`, message })));
  }
}

const ofPrincipal = prepared<
  [
    principal: string | null,
    before: string | null,
    limit: number,
    bytes: number,
    isEmpty: boolean,
    only: string | null,
  ],
  ListedToken & SizedRow
>(
  'list_tokens',
  sizedSql(
    `SELECT t.id, t.name, t.principal, t.administrator, t.namespaces, t.permissions, t.networks,
            t.parent_id AS "parentId", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt",
            t.revoked_at AS "revokedAt", t.created_by AS "createdBy", t.created_at AS "createdAt"
     FROM tokens t WHERE ($1::text IS NULL OR t.principal = $1) AND ($2::uuid IS NULL OR t.id < $2)
       AND ($6::uuid IS NULL OR t.id = $6)
     ORDER BY t.id DESC LIMIT $3`,
    '$4',
    '$5',
  ),
);

/**
 * Lists tokens, newest first: their ids sort by time of creation. A narrowed token sees only itself, because it cannot
 * create others.
 */
export const listTokens: Verb<'tokens.list'> = async (ctx, { query }) => {
  const after = idAfter(query.cursor);
  const principal = isAdministrator(ctx) ? query.principal : ctx.actor.name;
  if (query.principal !== undefined && query.principal !== principal)
    throw new HttpProblem('forbidden', 'Only administrators may list the tokens of others.');
  const { isNarrowed, isBoundToNetworks, tokenId } = ctx.actor;
  const self = (isNarrowed || isBoundToNetworks) && !isAdministrator(ctx) ? tokenId : undefined;
  const body = await pageOf(ctx, {
    limit: query.limit,
    after,
    read: (before, count, { bytes, isEmpty }) =>
      ofPrincipal(ctx.db.requests, principal ?? null, before ?? null, count, bytes, isEmpty, self ?? null),
    toItem: toToken,
    cursorOf: (row: ListedToken) => row.id,
  });
  return { status: 200, body };
};

/**
 * Revokes a token and all tokens that it created. A token that was revoked before keeps its time. A narrowed token can
 * revoke only itself and its tree.
 */
export const revokeToken: Verb<'tokens.revoke'> = (ctx, { params }) =>
  changingRights(ctx, async (tx): Promise<Receipt> => {
    await tx.$queryRaw`SELECT 1 FROM tokens WHERE id = ${params.token}::uuid FOR UPDATE`;
    const row = await tx.token.findUnique({ where: { id: params.token } });
    if (row === null || (row.principal !== ctx.actor.name && !isAdministrator(ctx))) {
      const problem = new HttpProblem('not_found', `There is no token "${params.token}".`);
      if (row === null) problem.couldHide = !isAdministrator(ctx);
      else problem.refusal = { permission: null, kind: 'token', id: row.id, namespace: '', name: row.name };
      throw problem;
    }
    if (row.id !== ctx.actor.tokenId && !isAdministrator(ctx))
      demandNotNarrowed(ctx, 'can revoke only itself');
    for (const each of await lockTree(tx, row)) if (each.revokedAt === null) await revokeRow(tx, ctx, each);
    return { status: 204, object: null };
  });

async function revokeRow(tx: Tx, ctx: RequestContext, row: TokenRow): Promise<void> {
  const after = await tx.token.update({ where: { id: row.id }, data: { revokedAt: ctx.now() } });
  const states = { before: toToken(row), after: toToken(after) };
  await recordChange(tx, ctx, { kind: 'token', id: row.id, namespace: '', action: 'updated', ...states });
}

type ListedToken = Omit<TokenRow, 'hash'>;

export const toToken = (row: ListedToken): Token => ({
  id: row.id,
  name: row.name,
  principal: row.principal,
  administrator: row.administrator,
  namespaces: row.namespaces.length === 0 ? null : row.namespaces,
  permissions: row.permissions.length === 0 ? null : (row.permissions as Token['permissions']),
  networks: row.networks.length === 0 ? null : row.networks,
  parentId: row.parentId,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
});

export async function readTokens({ db }: Context, ids: string[]): Promise<Readout<Token>[]> {
  const rows = await db.prisma.token.findMany({ where: { id: { in: ids } } });
  return rows.map((row) => ({ id: row.id, body: toToken(row), crossNamespace: undefined }));
}
