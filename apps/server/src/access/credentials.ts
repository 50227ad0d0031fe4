import { HttpProblem } from '../protocol/problem.ts';

/** The secret of a Bearer `Authorization` header (RFC 6750); undefined where it is none. */
export const bearerIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** 401, for whoever sent no Bearer token. */
export const noBearer = (authorization: string | undefined): HttpProblem =>
  authorization === undefined
    ? unauthenticated(
        'This server wants to know who asks: send a token as `Authorization: Bearer …`.',
        'nothing',
      )
    : unauthenticated('The Authorization header must be `Bearer` and a token.');

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
