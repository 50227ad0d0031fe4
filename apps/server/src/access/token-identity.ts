import { hash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { prepared } from '@modelbox/db';
import { type Actor, narrowGrants } from '@modelbox/domain';
import { PERMISSIONS, type Permission, type Role } from '@modelbox/schema';
import { plainAddress } from '../config/addresses.ts';
import type { Context } from '../protocol/context.ts';
import { grantsOf, type Identity } from './identity.ts';

export interface TokenRow {
  id: string;
  principal: string;
  administrator: boolean;
  namespaces: string[] | null;
  permissions: Permission[] | null;
  networks: string[];
  expiresAt: Date | null;
  grants: { path: string; role: Role }[] | null;
}

/**
 * SQL for tokens that are neither revoked nor idle, with the roles of their owners.
 * @param condition on `t`; `$2` is the result of `usedSince`.
 */
export const livingTokens = (condition: string): string =>
  `SELECT t.id, t.principal, t.administrator, nullif(t.namespaces, '{}') AS namespaces,
          nullif(t.permissions, '{}') AS permissions, t.networks, t.expires_at AS "expiresAt",
          (SELECT json_agg(json_build_object('path', n.path, 'role', g.role))
           FROM grants g JOIN namespaces n ON n.id = g.namespace_id WHERE g.principal = t.principal) AS grants
   FROM tokens t
   WHERE ${condition} AND t.revoked_at IS NULL
     AND NOT ($2::timestamptz IS NOT NULL AND token_is_idle(t.id, $2::timestamptz))`;

const tokenByHash = prepared<[hash: Buffer, usedSince: Date | null], TokenRow>(
  'token_by_hash',
  livingTokens('t.hash = $1'),
);

/** The time since which a token must have been used; null if unused tokens do not expire. */
export const usedSince = ({ settings, now }: Pick<Context, 'settings' | 'now'>): Date | null =>
  settings.tokenIdleExpiry === 'none' ? null : new Date(now().getTime() - settings.tokenIdleExpiry);

/**
 * The stored form of a secret. Secrets are random and long, so a fast hash is enough, and the lookup reveals nothing
 * about other tokens.
 */
export const hashOf = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/**
 * Milliseconds after which a cached token is looked up again, if unused tokens expire: uses are recorded to the minute.
 */
const IDLE_CHECKED_AFTER = 60_000;

/** Returns the caller of a token. Undefined if the secret is unknown, or its token was revoked or is idle. */
export async function identityByToken(ctx: Context, hash: Buffer): Promise<Identity | undefined> {
  const since = usedSince(ctx);
  const [row] = await tokenByHash(ctx.db.requests, hash, since);
  if (row === undefined) return undefined;
  const list = row.networks.length === 0 ? undefined : listOf(row.networks);
  return {
    actor: actorOf(row),
    ...(list ? { isFrom: (address: string) => isFrom(list, address) } : {}),
    expiresAt: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    ...(since ? { lookAgainAt: ctx.now().getTime() + IDLE_CHECKED_AFTER } : {}),
  };
}

/** Returns the owner of a token, with the rights that the token leaves. */
export const actorOf = (row: TokenRow): Actor => ({
  name: row.principal,
  tokenId: row.id,
  isNarrowed: row.namespaces !== null || row.permissions !== null,
  isBoundToNetworks: row.networks.length > 0,
  grants: narrowGrants(row.administrator ? 'all' : grantsOf(row.grants ?? []), {
    every: PERMISSIONS,
    namespaces: row.namespaces,
    permissions: row.permissions,
  }),
});

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits] = network.split('/');
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(bits), family);
  }
  return list;
}

function isFrom(networks: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  return networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
