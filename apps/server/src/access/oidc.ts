import { prepared } from '@modelbox/db';
import { isNamed } from '@modelbox/domain';
import { PRINCIPAL_PATTERN, type Role } from '@modelbox/schema';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Context } from '../protocol/context.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { unauthenticated } from './credentials.ts';
import { grantsOf, type Identity, ROLES_OF_PRINCIPALS } from './identity.ts';
import { IssuerUnreachable, openKeys } from './oidc-keys.ts';

/** Signatures by public keys only: with a shared secret, or none, whoever can check a token could make it. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** Access tokens (RFC 9068) and ID tokens; not, for one, logout tokens, which anybody's browser may carry around. */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];

const grantsOfPrincipals = prepared<[principals: string[]], { path: string; role: Role }>(
  'grants_of_principals',
  ROLES_OF_PRINCIPALS,
);

/** Whether a secret has the form of a signed JWT (RFC 7519): its header is a JSON object in base64url. */
export const isJwt = (secret: string | undefined): boolean =>
  secret !== undefined && /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(secret);

/** An OIDC issuer whose tokens tell who somebody is. */
export interface Issuer {
  /** @throws HttpProblem unauthenticated: 401, with what is wrong; unavailable: 503 */
  identityOf(ctx: Context, jwt: string): Promise<Identity>;
}

export function openIssuer(settings: Settings, issuer: string): Issuer {
  const keysOf = openKeys(issuer);

  async function verify(ctx: Context, jwt: string): Promise<JWTPayload> {
    const keys = await keysOf(ctx.log);
    const { payload, protectedHeader } = await jwtVerify(jwt, keys, {
      issuer,
      audience: settings.oidcAudience as string,
      algorithms: ALGORITHMS,
      clockTolerance: settings.oidcClockSkew / 1000,
      currentDate: ctx.now(),
      requiredClaims: ['exp', 'sub'],
    });
    const typ: unknown = protectedHeader.typ;
    if (typ !== undefined && !(typeof typ === 'string' && TYPES.includes(typ.toLowerCase())))
      throw unauthenticated(`The token is of another kind, ${JSON.stringify(typ)}.`);
    // It is bound to a key (RFC 9449, RFC 8705) that whoever stole it lacks, and nothing here asks for that.
    if (payload['cnf'] !== undefined)
      throw unauthenticated(
        'The token is bound to a key, and no Bearer token: this server cannot check that.',
      );
    return payload;
  }

  return {
    async identityOf(ctx, jwt) {
      const payload = await verify(ctx, jwt).catch((error: unknown) => {
        throw problemOf(error);
      });
      const name = principalOf(payload, settings.oidcSubjectClaim);
      const groups = groupsOf(payload, settings.oidcGroupsClaim);
      const isAdministrator = isNamed({ name, groups }, settings.oidcAdministrators);
      const grants = isAdministrator
        ? 'all'
        : grantsOf(await grantsOfPrincipals(ctx.db.requests, [name, ...groups]));
      return {
        actor: { name, groups, grants },
        expiresAt: (payload.exp ?? 0) * 1000 + settings.oidcClockSkew,
      };
    },
  };
}

/**
 * The principal of a token. A client that signs in for itself, with no user behind it, has its own id as subject
 * (RFC 9068, section 2.2): that is a service.
 */
function principalOf(payload: JWTPayload, claim: string): string {
  const client = payload['client_id'] ?? payload['azp'];
  const isService = payload.sub === client;
  const name = isService ? payload.sub : claimAt(payload, claim);
  if (typeof name !== 'string') throw unauthenticated(`The token has no claim ${claim} that is a text.`);
  if (claim === 'email' && !isVerified(payload['email_verified']))
    throw unauthenticated('The email address of the token is not verified.');
  const principal = `${isService ? 'service' : 'user'}:${name.normalize('NFC')}`;
  if (!isPrincipal(principal))
    throw unauthenticated(
      `The claim ${isService ? 'sub' : claim} of the token names nobody: it must have 1 to 200 characters, no control characters, and no space at either end.`,
    );
  return principal;
}

/** Some issuers do not tell, and some tell as text. */
const isVerified = (told: unknown): boolean => told === undefined || told === true || told === 'true';

/** The database has no half characters: it would take all of them for the same. */
const isPrincipal = (text: string): boolean => text.isWellFormed() && PRINCIPAL_PATTERN.test(text);

/** The groups of a token; what nothing can be granted to is left out. */
function groupsOf(payload: JWTPayload, claim: string): string[] {
  const value = claimAt(payload, claim) ?? [];
  const names = Array.isArray(value) ? value : [value];
  return names.flatMap((name) => {
    const group = `group:${typeof name === 'string' ? name.normalize('NFC') : ''}`;
    return isPrincipal(group) ? [group] : [];
  });
}

/** A claim by its name, which can have dots (`https://example.com/groups`), or by a path, `realm_access.roles`. */
function claimAt(payload: JWTPayload, claim: string): unknown {
  if (Object.hasOwn(payload, claim)) return payload[claim];
  let value: unknown = payload;
  for (const step of claim.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function problemOf(error: unknown): unknown {
  if (error instanceof HttpProblem) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The claim ${error.claim} of the token is not what this server demands.`);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return unauthenticated(`The token must be signed with one of ${ALGORITHMS.join(', ')}.`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthenticated('The token is signed with no key of the issuer, or does not say with which.');
  const isUnreachable =
    error instanceof IssuerUnreachable ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) ||
    error.code === 'ERR_JOSE_GENERIC';
  if (!isUnreachable) return unauthenticated('The token is no sound JWT of the issuer.');
  return new HttpProblem(
    'unavailable',
    'The issuer of the token cannot be asked for its keys.',
    {},
    { 'retry-after': '5' },
  );
}
