import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { AUDIENCE, newKey, type OidcIssuer, startOidcIssuer } from '../../testing/oidc-issuer.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, withToken } from '../../testing/tokens.ts';

let issuer: OidcIssuer;
let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  issuer = await startOidcIssuer({ ann: ['ML Vision', '/ml/leads'], root: ['platform'] });
  server = await startTestServer({
    auth: 'tokens',
    oidcIssuer: issuer.url,
    oidcAudience: AUDIENCE,
    oidcAdministrators: ['group:platform'],
  });
  callers = await callersOf(server);
});
afterAll(async () => {
  await server?.stop();
  await issuer?.stop();
});

const whoami = async (jwt: string, at = server) => (await withToken(at, jwt)('GET', '/v1/whoami')).body;
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const grant = (namespace: string, principal: string, role: string) =>
  callers.ok(
    'PUT',
    `/v1/namespaces/${encodeURIComponent(namespace)}/grants/${encodeURIComponent(principal)}`,
    { role },
  );

describe('the caller behind a token of the issuer', () => {
  it('a user with groups has the grants of both', async () => {
    const [own, shared] = [freshName('own'), freshName('shared')];
    await grant(own, 'user:ann', 'viewer');
    await grant(shared, 'group:ML Vision', 'viewer');
    await grant(shared, 'group:/ml/leads', 'maintainer');
    await grant(shared, 'group:others', 'admin');
    const jwt = await issuer.userToken('ann');
    const me = await whoami(jwt);
    expect(me).toMatchObject({
      name: 'user:ann',
      administrator: false,
      groups: ['group:ML Vision', 'group:/ml/leads'],
      tokenId: null,
    });
    expect(Object.keys(me.namespaces).sort()).toEqual([own, shared].sort());
    const ann = withToken(server, jwt);
    const model = await callers.ok('POST', '/v1/models', { namespace: shared, name: 'm' });
    expect((await ann('PATCH', `/v1/models/${model.id}`, { description: 'ours' })).status).toBe(200);
    expect((await ann('POST', '/v1/models', { namespace: own, name: 'm' })).status).toBe(403);
    const { rows } = await server.db.requests.query(
      `SELECT actor, token_id FROM changes WHERE object_id = $1 ORDER BY id DESC LIMIT 1`,
      [model.id],
    );
    expect(rows).toEqual([{ actor: 'user:ann', token_id: null }]);
  });

  it('a client that signs in for itself is a service', async () => {
    const namespace = freshName('ns');
    await grant(namespace, 'service:trainer', 'contributor');
    const jwt = await issuer.serviceToken();
    expect(await whoami(jwt)).toMatchObject({ name: 'service:trainer', groups: [], administrator: false });
    expect((await withToken(server, jwt)('POST', '/v1/models', { namespace, name: 'm' })).status).toBe(201);
  });

  it('an administrator, by a group that the settings name', async () => {
    const jwt = await issuer.userToken('root');
    expect(await whoami(jwt)).toMatchObject({ name: 'user:root', administrator: true, namespaces: {} });
    const made = await withToken(server, jwt)('POST', '/v1/tokens', { name: 'ci', principal: 'service:ci' });
    expect(made.status).toBe(201);
    // A token stands for its owner alone, without the owner's groups.
    const own = await withToken(server, jwt)('POST', '/v1/tokens', { name: 'own' });
    expect(await whoami(own.body.token)).toMatchObject({
      name: 'user:root',
      administrator: false,
      groups: [],
    });
  });

  it('a new grant applies at once, and a removed one ends within two seconds', async () => {
    const namespace = freshName('ns');
    const model = await callers.ok('POST', '/v1/models', { namespace, name: 'm' });
    const ann = withToken(server, await issuer.forge({ sub: 'late' }));
    const get = async () => (await ann('GET', `/v1/models/${model.id}`)).status;
    expect(await get()).toBe(404);
    await grant(namespace, 'user:late', 'viewer');
    expect(await get()).toBe(200);
    await callers.ok('DELETE', `/v1/namespaces/${namespace}/grants/user:late`);
    await expect.poll(get, { timeout: 2_000, interval: 50 }).toBe(404);
  });
});

describe('other claims', () => {
  it('name and groups come from the configured claims', async () => {
    const other = await startTestServer({
      auth: 'tokens',
      oidcIssuer: issuer.url,
      oidcAudience: AUDIENCE,
      oidcSubjectClaim: 'email',
      oidcGroupsClaim: 'realm_access.roles',
    });
    try {
      const jwt = await issuer.forge({
        email: 'ann@example.com',
        email_verified: true,
        realm_access: { roles: ['a', 'a\u0000b', 5, ' ', '\ud800'] },
      });
      expect(await whoami(jwt, other)).toMatchObject({ name: 'user:ann@example.com', groups: ['group:a'] });
      // Some issuers send it as a string.
      const one = await issuer.forge({
        email: 'a@b',
        email_verified: 'true',
        'realm_access.roles': 'single',
      });
      expect(await whoami(one, other)).toMatchObject({ groups: ['group:single'] });
      const unverified = [false, 'false', 'no', 0, null].map((email_verified) => ({
        email: 'a@b',
        email_verified,
      }));
      for (const claims of [{}, { email: 5 }, { email: ' ' }, ...unverified]) {
        const answer = await whoami(await issuer.forge(claims), other);
        expect(answer.status, JSON.stringify(claims)).toBe(401);
        expect(answer.detail).toMatch(/email/);
      }
    } finally {
      await other.stop();
    }
  });
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('401: an invalid token', () => {
  const claims = () => ({
    iss: issuer.url,
    aud: AUDIENCE,
    sub: 'root',
    groups: ['platform'],
    exp: seconds(600),
  });
  const refused = async (jwt: string, detail: RegExp) => {
    const answer = await withToken(server, jwt)('GET', '/v1/whoami');
    expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(answer.body.detail).toMatch(detail);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  };

  it('without a signature, whatever its `alg` says', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const signature of ['', 'x'])
        await refused(
          `${part({ alg, typ: 'at+jwt' })}.${part(claims())}.${signature}`,
          /signed|not a valid JWT/,
        );
  });

  it('signed with the public key as a shared secret', async () => {
    const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: any[] };
    const pem = await exportSPKI((await importJWK(keys[0], 'RS256')) as never);
    const head = `${part({ alg: 'HS256', typ: 'at+jwt', kid: keys[0].kid })}.${part(claims())}`;
    await refused(
      `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`,
      /signed with one of/,
    );
  });

  it('signed by another key that claims the key id of the issuer or embeds itself', async () => {
    const foreign = await newKey(issuer.url);
    await refused(await foreign.sign(claims()), /not signed with a key of the issuer/);
    const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: any[] };
    await refused(await foreign.sign(claims(), { kid: keys[0].kid }), /not a valid JWT/);
    const { kty, n, e } = foreign.jwk as Record<string, string>;
    await refused(await foreign.sign(claims(), { kid: keys[0].kid, jwk: { kty, n, e } }), /not a valid JWT/);
    await refused(
      await foreign.sign(claims(), { jku: `${issuer.url}/jwks` }),
      /not signed with a key of the issuer/,
    );
  });

  it('changed after it was signed', async () => {
    const jwt = await issuer.forge({ sub: 'ann' });
    const [head, , signature] = jwt.split('.');
    await refused(`${head}.${part(claims())}.${signature}`, /not a valid JWT/);
  });

  it('expired, not valid yet, or without an expiry', async () => {
    await refused(await issuer.forge({ exp: seconds(-90) }), /expired/);
    await refused(await issuer.forge({ nbf: seconds(90) }), /nbf/);
    await refused(await issuer.forge({ exp: undefined }), /exp/);
    // The clocks may differ by a minute here.
    expect(await whoami(await issuer.forge({ exp: seconds(-30), nbf: seconds(30) }))).toMatchObject({
      name: 'user:ann',
    });
    const jwt = await issuer.forge({ exp: seconds(60) });
    expect(await whoami(jwt)).toMatchObject({ name: 'user:ann' });
  });

  it('with another audience, issuer or type', async () => {
    await refused(await issuer.forge({ aud: 'urn:other' }), /aud/);
    await refused(await issuer.forge({ aud: undefined }), /aud/);
    await refused(await issuer.forge({ iss: `${issuer.url}/` }), /iss/);
    await refused(await issuer.forge({ iss: 'https://elsewhere.example.com' }), /iss/);
    await refused(await issuer.forge({}, { typ: 'logout+jwt' }), /has the type/);
    await refused(await issuer.forge({ cnf: { jkt: 'x' } }), /bound to a key/);
    await refused(await issuer.forge({ sub: undefined }), /sub/);
    await refused(await issuer.forge({}, { typ: 5 }), /has the type/);
    await refused(await issuer.forge({ sub: 'a\u0000b' }), /is not a valid name/);
    // A lone surrogate: the database would store every such name as the same.
    await refused(await issuer.forge({ sub: 'a\ud800' }), /is not a valid name/);
    await refused(await issuer.forge({}, { crit: ['x'], x: 1 }).catch(() => 'eyJ.e30.x'), /not a valid JWT/);
  });

  it('text that only looks like a JWT', async () => {
    for (const jwt of ['eyJ.eyJ.eyJ', 'eyJhbGciOiJSUzI1NiJ9..', `eyJ${'A'.repeat(8000)}.e30.x`])
      await refused(jwt, /not a valid JWT|signed/);
  });

  it('tokens of the server stay valid without a request to the issuer', async () => {
    const before = issuer.fetches();
    const { api } = await callers.token({ principal: 'service:own' });
    expect((await api('GET', '/v1/whoami')).status).toBe(200);
    expect(issuer.fetches()).toBe(before);
  });
});

it('a new key of the issuer works within seconds, and a removed one stops working', async () => {
  const old = await issuer.userToken('ann');
  expect(await whoami(old)).toMatchObject({ name: 'user:ann' });
  await issuer.rotate();
  const fresh = await issuer.userToken('ann');
  await expect
    .poll(async () => (await whoami(fresh)).name, { timeout: 10_000, interval: 200 })
    .toBe('user:ann');
  await expect.poll(async () => (await whoami(old)).status, { timeout: 15_000, interval: 100 }).toBe(401);
  // Tokens with unknown keys do not each cause a request.
  const before = issuer.fetches();
  for (let i = 0; i < 20; i++) await whoami(await issuer.forge({}, { kid: `none-${i}` }));
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1);
}, 120_000);

it('503: the issuer cannot be reached before its keys are known; later it need not be', async () => {
  const other = await startTestServer({ auth: 'tokens', oidcIssuer: issuer.url, oidcAudience: AUDIENCE });
  try {
    const jwt = await issuer.userToken('ann');
    issuer.fail(true);
    const answer = await withToken(other, jwt)('GET', '/v1/whoami');
    expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await withToken(server, await issuer.forge({}))('GET', '/v1/whoami')).status).toBe(200);
    issuer.fail(false);
    await expect
      .poll(async () => (await whoami(jwt, other)).name, { timeout: 10_000, interval: 200 })
      .toBe('user:ann');
  } finally {
    issuer.fail(false);
    await other.stop();
  }
}, 120_000);
