import { localActor } from '@modelbox/domain';
import type { Authentication, Context } from '../protocol/context.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { bearerIn, noBearer, unauthenticated } from './credentials.ts';
import type { Known } from './known.ts';
import { isJwt, openIssuer } from './oidc.ts';
import { rememberCallers } from './remembered.ts';
import { hashOf, knownByToken } from './token-identity.ts';
import { noteUses } from './token-use.ts';

/** How a server is told who asks. */
export const authenticationBy = (settings: Settings): Authentication =>
  settings.auth === 'tokens' ? bearerAuthentication(settings) : openAuthentication;

/** Everybody is the local user. */
const openAuthentication: Authentication = { identify: async () => localActor, doubt: () => {} };

/** Callers are known by tokens of this server, and by those of an OIDC issuer. */
function bearerAuthentication(settings: Settings): Authentication {
  const issuer = settings.oidcIssuer === undefined ? undefined : openIssuer(settings, settings.oidcIssuer);
  const remembered = rememberCallers((ctx, secret) =>
    issuer && isJwt(secret) ? issuer.knownBy(ctx, secret) : knownByToken(ctx, hashOf(secret)),
  );
  const noteUse = noteUses();

  const find: Authentication['identify'] = async (ctx, authorization, address, when) => {
    const secret = bearerIn(authorization);
    const key = secret === undefined ? '' : hashOf(secret).toString('base64');
    // Checks the failure limit before the lookup, but never for known tokens or JWTs: guesses from the same address
    // must not lock them out.
    if (!remembered.knows(key) && !(issuer && isJwt(secret))) ctx.rateLimits.demandFewFailures(ctx, address);
    if (secret === undefined) throw noBearer(authorization);
    const known = await remembered.recall(ctx, key, secret, when);
    demandCounts(ctx, known, address);
    if (known.actor.tokenId !== undefined) noteUse(ctx, known.actor.tokenId);
    return known.actor;
  };

  return {
    async identify(ctx, authorization, address, when) {
      try {
        return await find(ctx, authorization, address, when);
      } catch (error) {
        if (error instanceof HttpProblem && error.code === 'unauthenticated')
          ctx.rateLimits.countFailure(ctx, address);
        throw error;
      }
    },
    doubt: remembered.doubt,
  };
}

function demandCounts(ctx: Context, known: Known | undefined, address: string): asserts known is Known {
  if (known === undefined || known.expiresAt <= ctx.now().getTime())
    throw unauthenticated('The token is not known, has expired or was revoked.');
  if (known.isFrom?.(address) === false) throw unauthenticated('The token does not count from this address.');
}
