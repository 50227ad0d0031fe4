import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { prepared } from '@modelbox/db';
import { type Actor, localActor, narrowGrants } from '@modelbox/domain';
import { PERMISSIONS, ROLE_PERMISSIONS, type Role } from '@modelbox/schema';
import type { Context } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';

/** Milliseconds that what was found of a token is good for: so long can one that was revoked still be used. */
const GOOD_FOR = 1_000;
/** Tokens that are remembered at most. */
const REMEMBERED = 10_000;

interface Known {
  readonly actor: Actor;
  /** From where it counts; undefined: from anywhere. */
  readonly networks: BlockList | undefined;
  readonly expiresAt: number;
}

const tokenByHash = prepared<
  [hash: Buffer],
  {
    id: string;
    principal: string;
    administrator: boolean;
    namespaces: string[] | null;
    permissions: string[] | null;
    networks: string[];
    expiresAt: Date | null;
    grants: Record<string, Role> | null;
  }
>(
  'token_by_hash',
  `SELECT t.id, t.principal, t.administrator, nullif(t.namespaces, '{}') AS namespaces,
          nullif(t.permissions, '{}') AS permissions, t.networks, t.expires_at AS "expiresAt",
          (SELECT json_object_agg(n.path, g.role) FROM grants g JOIN namespaces n ON n.id = g.namespace_id
           WHERE g.principal = t.principal) AS grants
   FROM tokens t WHERE t.hash = $1 AND t.revoked_at IS NULL`,
);

/** Who makes requests, by their credentials. */
export interface Authentication {
  /**
   * Who sent a request with this `Authorization` header from this address.
   * @throws HttpProblem unauthenticated: 401
   */
  identify(ctx: Context, authorization: string | undefined, address: string): Promise<Actor>;
}

/** How a server is told who asks. */
export const authenticationBy = (auth: 'open' | 'tokens'): Authentication =>
  auth === 'tokens' ? tokenAuthentication() : openAuthentication;

/** Everybody is the local user. */
const openAuthentication: Authentication = { identify: async () => localActor };

/** Callers are known by tokens. */
function tokenAuthentication(): Authentication {
  const remembered = new Map<
    string,
    { readonly since: number; readonly finding: Promise<Known | undefined> }
  >();

  /** What is known of a token; requests of the same moment ask once. */
  function find(ctx: Context, hash: Buffer): Promise<Known | undefined> {
    const key = hash.toString('base64');
    const there = remembered.get(key);
    const since = performance.now();
    if (there !== undefined && since - there.since <= GOOD_FOR) return there.finding;
    const finding = findToken(ctx, hash);
    // The oldest go first: a token that is used comes back at once.
    remembered.delete(key);
    remembered.set(key, { since, finding });
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
    finding.catch(() => remembered.delete(key));
    return finding;
  }

  return {
    async identify(ctx, authorization, address) {
      const secret = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
      if (secret === undefined) {
        throw unauthenticated(
          authorization === undefined
            ? 'This server wants to know who asks: send a token as `Authorization: Bearer …`.'
            : 'The Authorization header must be `Bearer` and a token.',
        );
      }
      const known = await find(ctx, hashOf(secret));
      if (known === undefined || known.expiresAt <= ctx.now().getTime())
        throw unauthenticated('The token is not known, has expired or was revoked.');
      if (known.networks && !isFrom(known.networks, address))
        throw unauthenticated('The token does not count from this address.');
      return known.actor;
    },
  };
}

async function findToken(ctx: Context, hash: Buffer): Promise<Known | undefined> {
  const [row] = await tokenByHash(ctx.db.pool, hash);
  if (row === undefined) return undefined;
  void used(ctx, row.id);
  const held = new Map(
    Object.entries(row.grants ?? {}).map(([path, role]) => [path, new Set<string>(ROLE_PERMISSIONS[role])]),
  );
  const grants = narrowGrants(row.administrator ? 'all' : held, PERMISSIONS, row.namespaces, row.permissions);
  return {
    actor: {
      name: row.principal,
      tokenId: row.id,
      isNarrowed: row.namespaces !== null || row.permissions !== null,
      grants,
    },
    networks: row.networks.length === 0 ? undefined : listOf(row.networks),
    expiresAt: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}

/** Notes that a token is used, once a minute. It is no loss where that fails. */
const used = (ctx: Context, id: string): Promise<unknown> =>
  ctx.db.side
    .query(
      `UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')`,
      [id, ctx.now()],
    )
    .catch(() => {});

/** What is kept of a secret. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const unauthenticated = (detail: string): HttpProblem =>
  new HttpProblem('unauthenticated', detail, {}, { 'www-authenticate': 'Bearer realm="modelbox"' });

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
  // An IPv4 client of a socket for both is told as one of IPv6.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
