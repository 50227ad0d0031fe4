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

/** Asymmetric algorithms only: with a shared secret, or with `none`, every verifier could forge tokens. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** Access tokens (RFC 9068) and ID tokens. Other types, such as logout tokens, may pass through any browser. */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];

const grantsOfPrincipals = prepared<[principals: string[]], { path: string; role: Role }>(
  'grants_of_principals',
  ROLES_OF_PRINCIPALS,
);

/** Whether a secret has the form of a signed JWT (RFC 7519): its header is a JSON object in base64url. */
export const isJwt = (secret: string | undefined): boolean =>
  secret !== undefined && /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(secret);

export interface Issuer {
  /** @throws HttpProblem unauthenticated: 401 with the reason; unavailable: 503 */
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
      throw unauthenticated(
        `The token has the type ${JSON.stringify(typ)}. Send an access token or an ID token.`,
      );
    // The token is bound to a key (RFC 9449, RFC 8705) that a thief lacks. This server cannot check the key.
    if (payload['cnf'] !== undefined)
      throw unauthenticated(
        'The token is bound to a key (claim cnf), which this server cannot check. Send a token that ' +
          'is not bound to a key.',
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
 * Returns the principal of a token. If a client signs in for itself, its subject is its own id (RFC 9068, section 2.2):
 * a service.
 */
function principalOf(payload: JWTPayload, claim: string): string {
  const client = payload['client_id'] ?? payload['azp'];
  const isService = payload.sub === client;
  const name = isService ? payload.sub : claimAt(payload, claim);
  if (typeof name !== 'string')
    throw unauthenticated(`The claim ${claim} of the token is missing or not a string.`);
  if (claim === 'email' && !isVerified(payload['email_verified']))
    throw unauthenticated('The email address of the token is not verified.');
  const principal = `${isService ? 'service' : 'user'}:${name.normalize('NFC')}`;
  if (!isPrincipal(principal))
    throw unauthenticated(
      `The claim ${isService ? 'sub' : claim} of the token is not a valid name: it must have 1 to ` +
        '200 characters, no control characters, and no space at either end.',
    );
  return principal;
}

/** Some issuers omit the claim, and some send it as a string. */
const isVerified = (told: unknown): boolean => told === undefined || told === true || told === 'true';

/** Postgres cannot store lone surrogates: it would store all of them as the same character. */
const isPrincipal = (text: string): boolean => text.isWellFormed() && PRINCIPAL_PATTERN.test(text);

function groupsOf(payload: JWTPayload, claim: string): string[] {
  const value = claimAt(payload, claim) ?? [];
  const names = Array.isArray(value) ? value : [value];
  return names.flatMap((name) => {
    const group = `group:${typeof name === 'string' ? name.normalize('NFC') : ''}`;
    return isPrincipal(group) ? [group] : [];
  });
}

/**
 * Reads a claim by its name, which may contain dots (`https://example.com/groups`), or by a path such as
 * `realm_access.roles`.
 */
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
    return unauthenticated(
      `The claim ${error.claim} of the token does not have a value that this server accepts.`,
    );
  if (error instanceof errors.JOSEAlgNotAllowed)
    return unauthenticated(`The token must be signed with one of ${ALGORITHMS.join(', ')}.`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthenticated(
      'The token is not signed with a key of the issuer, or does not name the key (kid).',
    );
  const isUnreachable =
    error instanceof IssuerUnreachable ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) ||
    error.code === 'ERR_JOSE_GENERIC';
  if (!isUnreachable) return unauthenticated('The token is not a valid JWT of the issuer.');
  return new HttpProblem(
    'unavailable',
    'The server cannot fetch the keys of the OIDC issuer. Send the request again later.',
    {},
    { 'retry-after': '5' },
  );
}
