import { HttpProblem } from '../http/problem.ts';

/**
 * The secret of a Bearer `Authorization` header (RFC 6750).
 * @throws HttpProblem unauthenticated: 401
 */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined)
    throw unauthenticated(
      'This server wants to know who asks: send a token as `Authorization: Bearer …`.',
      'nothing',
    );
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) throw unauthenticated('The Authorization header must be `Bearer` and a token.');
  return secret;
}

/** 401. Whoever sent nothing is told which credentials are wanted, whoever sent some that they are wrong (RFC 6750, 3). */
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
