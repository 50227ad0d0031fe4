import type { Token as TokenRow, Tx } from '@modelbox/db';
import type { RequestContext } from '../protocol/context.ts';
import { HttpProblem, invalidField } from '../protocol/problem.ts';
import { unauthenticated } from './credentials.ts';

/** The creator of the bootstrap token. No principal has this name. */
export const SERVER = 'modelbox';

/**
 * Finds the token that will be the parent of what the caller makes, and locks it against a revocation at the same time.
 * Null: the caller signed in with the OIDC issuer, holds the bootstrap token, or is the local user.
 * @throws HttpProblem forbidden: tokens may not make tokens; unauthenticated: the token was revoked meanwhile
 */
export async function lockParent(tx: Tx, ctx: RequestContext): Promise<TokenRow | null> {
  const { tokenId } = ctx.actor;
  if (tokenId === undefined) return null;
  await tx.$queryRaw`SELECT 1 FROM tokens WHERE id = ${tokenId}::uuid FOR SHARE`;
  const row = await tx.token.findUnique({ where: { id: tokenId } });
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= ctx.now()))
    throw unauthenticated('The token is not known, has expired or was revoked.');
  if (row.createdBy === SERVER) return null;
  if (!ctx.settings.mintByTokens)
    throw new HttpProblem(
      'forbidden',
      'On this server a token makes no other (MODELBOX_MINT_BY_TOKENS=false). Sign in with the OIDC issuer, or use the bootstrap token.',
    );
  return row;
}

/**
 * Decides when a new token ends: at the time asked for, or at the latest time that is allowed.
 * @throws HttpProblem invalid: the time asked for lies after its parent's end, or beyond the maximum lifetime
 */
export function endOf(
  ctx: RequestContext,
  asked: string | null | undefined,
  parent: TokenRow | null,
): Date | null {
  const { tokenMaxLifetime } = ctx.settings;
  const longest = tokenMaxLifetime === 'none' ? null : new Date(ctx.now().getTime() + tokenMaxLifetime);
  const end = parent?.expiresAt ?? null;
  if (!asked) return earlier(longest, end);
  const at = new Date(asked);
  if (at <= ctx.now()) throw invalidField('body', '/expiresAt', 'must be in the future');
  if (end !== null && at > end)
    throw tooLate(
      end,
      'the token that makes it expires then. Leave expiresAt out, or ask with a token that lasts longer',
    );
  if (longest !== null && at > longest)
    throw tooLate(
      longest,
      'MODELBOX_TOKEN_MAX_LIFETIME allows no longer lifetime. Leave expiresAt out, or ask for less',
    );
  return at;
}

const tooLate = (latest: Date, why: string): HttpProblem =>
  invalidField('body', '/expiresAt', `must be at the latest ${latest.toISOString()}: ${why}`);

const earlier = (a: Date | null, b: Date | null): Date | null =>
  a === null || (b !== null && b < a) ? b : a;

/**
 * Locks a token and all that come from it, and gives them. Level by level: who makes a child holds its parent's row, so a
 * child that was made before its parent was locked is found by the next statement.
 */
export async function lockTree(tx: Tx, root: TokenRow): Promise<TokenRow[]> {
  const all = [root];
  for (let level = [root.id]; level.length > 0; ) {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM tokens WHERE parent_id = ANY (${level}::uuid[]) ORDER BY id FOR UPDATE`;
    level = rows.map(({ id }) => id);
    all.push(...(await tx.token.findMany({ where: { id: { in: level } }, orderBy: { id: 'asc' } })));
  }
  return all;
}
