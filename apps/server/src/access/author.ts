import type { Sql } from '@modelbox/db';
import { type Actor, isNamed } from '@modelbox/domain';
import type { Role } from '@modelbox/schema';
import type { RequestContext } from '../protocol/context.ts';
import { grantsOf, ROLES_OF_PRINCIPALS } from './identity.ts';
import { actorOf, livingTokens, type TokenRow, usedSince } from './token-identity.ts';

/** A caller as a rule stores it, so that its current rights can be read later. */
export interface Author {
  readonly name: string;
  /** The token that identified the caller. Absent for a JWT of the OIDC issuer. */
  readonly tokenId?: string;
  /** The groups that the issuer reported. */
  readonly groups?: readonly string[];
}

/** Null for the local user of an open server: no rights limit this user's rules. */
export function authorOf({ actor, settings }: Pick<RequestContext, 'actor' | 'settings'>): Author | null {
  if (settings.auth === 'open') return null;
  const { name, tokenId, groups } = actor;
  return tokenId === undefined ? { name, groups: [...(groups ?? [])] } : { name, tokenId };
}

/**
 * Returns an author with current rights; undefined if the author's token was revoked or has expired. Queries within the
 * caller's transaction: waiting for a second connection could deadlock the pool.
 */
export async function authorNow(
  ctx: Pick<RequestContext, 'settings' | 'now'>,
  sql: Sql,
  { name, tokenId, groups = [] }: Author,
): Promise<Actor | undefined> {
  if (tokenId !== undefined) {
    const [row] = await sql<TokenRow>(livingTokens('t.id = $1::uuid'), [tokenId, usedSince(ctx)]);
    const isAlive = row !== undefined && (row.expiresAt === null || row.expiresAt > ctx.now());
    return isAlive ? actorOf(row) : undefined;
  }
  if (isNamed({ name, groups }, ctx.settings.oidcAdministrators)) return { name, groups, grants: 'all' };
  const held = await sql<{ path: string; role: Role }>(ROLES_OF_PRINCIPALS, [[name, ...groups]]);
  return { name, groups, grants: grantsOf(held) };
}
