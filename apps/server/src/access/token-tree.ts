import type { Token as TokenRow, Tx } from '@modelbox/db';
import type { RequestContext } from '../protocol/context.ts';
import { HttpProblem, invalidField } from '../protocol/problem.ts';
import { unauthenticated } from './credentials.ts';

/** The creator of the bootstrap token. No principal has this name. */
export const SERVER = 'modelbox';

/**
 * Returns the parent of the token that the caller creates, locked against a concurrent revocation. Null if the caller
 * signed in by OIDC, holds the bootstrap token, or is the local user.
 * @throws HttpProblem forbidden: tokens may not create tokens; unauthenticated: the token was revoked meanwhile
 */
export async function lockParent(tx: Tx, ctx: RequestContext): Promise<TokenRow | null> {
  const { tokenId } = ctx.actor;
  if (tokenId === undefined) return null;
  await tx.$queryRaw`SELECT 1 FROM tokens WHERE id = ${tokenId}::uuid FOR SHARE`;
  const row = await tx.token.findUnique({ where: { id: tokenId } });
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= ctx.now()))
    throw unauthenticated('The token is unknown, expired or revoked.');
  if (row.createdBy === SERVER) return null;
  if (!ctx.settings.mintByTokens)
    throw new HttpProblem(
      'forbidden',
      'A token cannot create tokens on this server (MODELBOX_MINT_BY_TOKENS=false). Sign in with the ' +
        'OIDC issuer, or use the bootstrap token.',
    );
  return row;
}

/**
 * Returns when a new token expires: the requested time, or the latest allowed time.
 * @throws HttpProblem invalid: 422 if the requested time is past, after the parent's end, or beyond the maximum
 *   lifetime
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
      'the token of this request expires then. Omit expiresAt, or use a token that expires later',
    );
  if (longest !== null && at > longest)
    throw tooLate(
      longest,
      'MODELBOX_TOKEN_MAX_LIFETIME allows no longer lifetime. Omit expiresAt, or send an earlier time',
    );
  return at;
}

const tooLate = (latest: Date, why: string): HttpProblem =>
  invalidField('body', '/expiresAt', `must not be later than ${latest.toISOString()}: ${why}`);

const earlier = (a: Date | null, b: Date | null): Date | null =>
  a === null || (b !== null && b < a) ? b : a;

/**
 * Locks a token and all its descendants, and returns them. Works level by level: creating a child locks the parent's
 * row, so the next statement finds a child that was created before its parent was locked.
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
