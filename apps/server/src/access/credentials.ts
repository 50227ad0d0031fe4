import { HttpProblem } from '../protocol/problem.ts';

/** Returns the secret of a Bearer `Authorization` header (RFC 6750); undefined for any other header. */
export const bearerIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

export const noBearer = (authorization: string | undefined): HttpProblem =>
  authorization === undefined
    ? unauthenticated('This server needs a token: send it as `Authorization: Bearer …`.', 'nothing')
    : unauthenticated('The Authorization header must be `Bearer` followed by a token.');

/**
 * 401 with the challenge of RFC 6750, section 3. The challenge names the scheme. If credentials were sent, it also has
 * `error="invalid_token"`.
 */
export const unauthenticated = (
  detail: string,
  sent: 'nothing' | 'credentials' = 'credentials',
): HttpProblem =>
  new HttpProblem(
    'unauthenticated',
    detail,
    {},
    {
      'www-authenticate': `Bearer realm="modelbox"${sent === 'nothing' ? '' : ', error="invalid_token"'}`,
    },
  );
