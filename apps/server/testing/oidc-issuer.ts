import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';

export const AUDIENCE = 'https://modelbox.example.com';

const CLI = 'modelbox-cli';
const CALLBACK = 'http://127.0.0.1/callback';
const SERVICE = { id: 'trainer', secret: 'the-secret-of-the-trainer' };

interface Key {
  readonly jwk: JWK;
  readonly sign: (claims: object, header?: object) => Promise<string>;
}

/**
 * A real OIDC provider on loopback, with users, the client that they sign in with, and a client that signs in for
 * itself.
 */
export interface OidcIssuer {
  readonly url: string;
  /** A token of the client `trainer`, which signs in with its secret. */
  serviceToken(): Promise<string>;
  /** A token of a user who signs in with a browser: authorization code with PKCE. */
  userToken(user: string): Promise<string>;
  forge(claims: object, header?: object): Promise<string>;
  /** Replaces the key of the issuer; the key set lists only the new one. */
  rotate(): Promise<void>;
  fail(isFailing: boolean): void;
  fetches(): number;
  stop(): Promise<void>;
}

/** @param groups by user. */
export async function startOidcIssuer(groups: Record<string, string[]>): Promise<OidcIssuer> {
  let isFailing = false;
  let fetches = 0;
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/jwks')) fetches++;
    if (isFailing) response.writeHead(503).end();
    else listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let key: Key;
  const rotate = async () => {
    key = await newKey(url);
    listener = new Provider(url, configurationOf(key, groups)).callback();
  };
  await rotate();
  return {
    url,
    serviceToken: () => serviceToken(url),
    userToken: (user) => userToken(url, user),
    forge: (claims, header) => key.sign(claims, header),
    rotate,
    fail: (failing) => {
      isFailing = failing;
    },
    fetches: () => fetches,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Creates a key pair that signs tokens as an issuer does. */
export async function newKey(issuer: string): Promise<Key> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  return {
    jwk: { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid },
    sign: (claims, header = {}) =>
      new SignJWT({
        iss: issuer,
        aud: AUDIENCE,
        sub: 'ann',
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...header })
        .sign(privateKey),
  };
}

const configurationOf = (key: Key, groups: Record<string, string[]>): Configuration => ({
  jwks: { keys: [key.jwk as never] },
  cookies: { keys: ['a secret of the provider'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, ClientCredentials: 600 },
  clients: [
    {
      client_id: CLI,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code'],
    },
    {
      client_id: SERVICE.id,
      client_secret: SERVICE.secret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, audience) => ({
        audience,
        scope: 'use',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  extraTokenClaims: (_, token) => ({
    groups: groups[(token as { accountId?: string }).accountId ?? ''] ?? [],
  }),
});

async function tokenOf(url: string, form: Record<string, string>, headers = {}): Promise<string> {
  const response = await fetch(`${url}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
  return body.access_token;
}

const serviceToken = (url: string): Promise<string> =>
  tokenOf(
    url,
    { grant_type: 'client_credentials', resource: AUDIENCE },
    { authorization: `Basic ${Buffer.from(`${SERVICE.id}:${SERVICE.secret}`).toString('base64')}` },
  );

async function userToken(url: string, user: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const ask = new URLSearchParams({
    client_id: CLI,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid use',
    resource: AUDIENCE,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = await signIn(`${url}/auth?${ask}`, user);
  return tokenOf(url, {
    grant_type: 'authorization_code',
    client_id: CLI,
    redirect_uri: CALLBACK,
    code,
    code_verifier: verifier,
    resource: AUDIENCE,
  });
}

/** Follows the pages of the provider as a browser does: signs in, consents and returns the code. */
async function signIn(start: string, user: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = start;
  let form: Record<string, string> | undefined;
  for (let step = 0; step < 20; step++) {
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    form = undefined;
    const location = response.headers.get('location');
    if (location?.startsWith(CALLBACK)) return new URL(location).searchParams.get('code') ?? '';
    if (location) at = new URL(location, at).href;
    else {
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      if (prompt === undefined) throw new Error(`the provider shows something else: ${page}`);
      form = prompt === 'login' ? { prompt, login: user, password: 'any' } : { prompt };
    }
  }
  throw new Error('the provider goes round in circles');
}
