import { localActor } from '@modelbox/domain';
import type { Authentication, Context } from '../protocol/context.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { createCallerCache } from './caller-cache.ts';
import { bearerIn, noBearer, unauthenticated } from './credentials.ts';
import type { Identity } from './identity.ts';
import { isJwt, openIssuer } from './oidc.ts';
import { hashOf, identityByToken } from './token-identity.ts';
import { noteUses } from './token-use.ts';

export const authenticationBy = (settings: Settings): Authentication =>
  settings.auth === 'tokens' ? bearerAuthentication(settings) : openAuthentication;

const openAuthentication: Authentication = { identify: async () => localActor, invalidate: () => {} };

function bearerAuthentication(settings: Settings): Authentication {
  const issuer = settings.oidcIssuer === undefined ? undefined : openIssuer(settings, settings.oidcIssuer);
  const callers = createCallerCache((ctx, secret) =>
    issuer && isJwt(secret) ? issuer.identityOf(ctx, secret) : identityByToken(ctx, hashOf(secret)),
  );
  const noteUse = noteUses();

  const find: Authentication['identify'] = async (ctx, authorization, address, when) => {
    const secret = bearerIn(authorization);
    const key = secret === undefined ? '' : hashOf(secret).toString('base64');
    // Checks the failure limit before the lookup, but never for known tokens or JWTs: guesses from the same address
    // must not lock them out.
    if (!callers.isKnown(key) && !(issuer && isJwt(secret))) ctx.rateLimits.demandFewFailures(ctx, address);
    if (secret === undefined) throw noBearer(authorization);
    const identity = await callers.get(ctx, key, secret, when);
    demandCounts(ctx, identity, address);
    if (identity.actor.tokenId !== undefined) noteUse(ctx, identity.actor.tokenId);
    return identity.actor;
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
    invalidate: callers.invalidate,
  };
}

function demandCounts(
  ctx: Context,
  identity: Identity | undefined,
  address: string,
): asserts identity is Identity {
  if (identity === undefined || identity.expiresAt <= ctx.now().getTime())
    throw unauthenticated('The token is unknown, expired or revoked.');
  if (identity.isFrom?.(address) === false)
    throw unauthenticated(
      'The `networks` of the token do not include this address. Use it from an allowed network, or create ' +
        'another token.',
    );
}
