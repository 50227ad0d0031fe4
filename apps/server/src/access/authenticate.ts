import { type Actor, localActor } from '@modelbox/domain';
import type { Context, Settings } from '../context.ts';
import { bearerOf, unauthenticated } from './credentials.ts';
import type { Known } from './known.ts';
import { isJwt, openIssuer } from './oidc.ts';
import { hashOf, knownByToken } from './token-identity.ts';

/** Milliseconds that what was found of credentials is good for: so long can a token that was revoked still be used. */
const GOOD_FOR = 1_000;
/** Credentials that are remembered at most. */
const REMEMBERED = 10_000;

/** Who makes requests, by their credentials. */
export interface Authentication {
  /**
   * Who sent a request with this `Authorization` header from this address: as it was within the last second, or is now.
   * @throws HttpProblem unauthenticated: 401; unavailable: 503 where the OIDC issuer cannot be reached
   */
  identify(ctx: Context, authorization: string | undefined, address: string, when?: 'anew'): Promise<Actor>;
}

/** How a server is told who asks. */
export const authenticationBy = (settings: Settings): Authentication =>
  settings.auth === 'tokens' ? bearerAuthentication(settings) : openAuthentication;

/** Everybody is the local user. */
const openAuthentication: Authentication = { identify: async () => localActor };

/** Callers are known by tokens of this server, and by those of an OIDC issuer. */
function bearerAuthentication(settings: Settings): Authentication {
  const issuer = settings.oidcIssuer === undefined ? undefined : openIssuer(settings, settings.oidcIssuer);
  const remembered = new Map<
    string,
    { readonly since: number; readonly finding: Promise<Known | undefined> }
  >();

  /** What is known of credentials; requests of the same moment ask once. */
  function find(ctx: Context, secret: string, when?: 'anew'): Promise<Known | undefined> {
    const hash = hashOf(secret);
    const key = hash.toString('base64');
    const there = remembered.get(key);
    const since = performance.now();
    if (there !== undefined && when === undefined && since - there.since <= GOOD_FOR) return there.finding;
    const finding = issuer && isJwt(secret) ? issuer.knownBy(ctx, secret) : knownByToken(ctx, hash);
    // The oldest go first: a token that is used comes back at once.
    remembered.delete(key);
    remembered.set(key, { since, finding });
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
    finding.catch(() => remembered.delete(key));
    return finding;
  }

  return {
    async identify(ctx, authorization, address, when) {
      const known = await find(ctx, bearerOf(authorization), when);
      if (known === undefined || known.expiresAt <= ctx.now().getTime())
        throw unauthenticated('The token is not known, has expired or was revoked.');
      if (known.isFrom?.(address) === false)
        throw unauthenticated('The token does not count from this address.');
      return known.actor;
    },
  };
}
