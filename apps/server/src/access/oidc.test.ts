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

describe('who is behind a token of the issuer', () => {
  it('a user, with groups, and with what is granted to either', async () => {
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

  it('a client that signs in by itself is a service', async () => {
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
    // A token that somebody makes stands for them alone, without their groups.
    const own = await withToken(server, jwt)('POST', '/v1/tokens', { name: 'own' });
    expect(await whoami(own.body.token)).toMatchObject({
      name: 'user:root',
      administrator: false,
      groups: [],
    });
  });

  it('a grant is seen at once where it had been missing; taken back it is gone within two seconds', async () => {
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
  it('name and groups are taken from where the settings say', async () => {
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
      // Some issuers say it as text.
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

describe('401: a token that does not count', () => {
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

  it('without a signature, whatever its `alg` is called', async () => {
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const signature of ['', 'x'])
        await refused(`${part({ alg, typ: 'at+jwt' })}.${part(claims())}.${signature}`, /signed|sound/);
  });

  it('signed with the public key as if it were a secret', async () => {
    const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: any[] };
    const pem = await exportSPKI((await importJWK(keys[0], 'RS256')) as never);
    const head = `${part({ alg: 'HS256', typ: 'at+jwt', kid: keys[0].kid })}.${part(claims())}`;
    await refused(
      `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`,
      /signed with one of/,
    );
  });

  it('signed by somebody else, who names the key of the issuer or brings one along', async () => {
    const foreign = await newKey(issuer.url);
    await refused(await foreign.sign(claims()), /no key of the issuer/);
    const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: any[] };
    await refused(await foreign.sign(claims(), { kid: keys[0].kid }), /no sound JWT/);
    const { kty, n, e } = foreign.jwk as Record<string, string>;
    await refused(await foreign.sign(claims(), { kid: keys[0].kid, jwk: { kty, n, e } }), /no sound JWT/);
    await refused(await foreign.sign(claims(), { jku: `${issuer.url}/jwks` }), /no key of the issuer/);
  });

  it('changed on the way', async () => {
    const jwt = await issuer.forge({ sub: 'ann' });
    const [head, , signature] = jwt.split('.');
    await refused(`${head}.${part(claims())}.${signature}`, /no sound JWT/);
  });

  it('expired, not valid yet, or without an end', async () => {
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

  it('for another service, of another issuer, or of another kind', async () => {
    await refused(await issuer.forge({ aud: 'urn:other' }), /aud/);
    await refused(await issuer.forge({ aud: undefined }), /aud/);
    await refused(await issuer.forge({ iss: `${issuer.url}/` }), /iss/);
    await refused(await issuer.forge({ iss: 'https://elsewhere.example.com' }), /iss/);
    await refused(await issuer.forge({}, { typ: 'logout+jwt' }), /kind/);
    await refused(await issuer.forge({ cnf: { jkt: 'x' } }), /bound to a key/);
    await refused(await issuer.forge({ sub: undefined }), /sub/);
    await refused(await issuer.forge({}, { typ: 5 }), /kind/);
    await refused(await issuer.forge({ sub: 'a\u0000b' }), /names nobody/);
    // No text: the database would take every such name for the same.
    await refused(await issuer.forge({ sub: 'a\ud800' }), /names nobody/);
    await refused(await issuer.forge({}, { crit: ['x'], x: 1 }).catch(() => 'eyJ.e30.x'), /no sound JWT/);
  });

  it('what only looks like one', async () => {
    for (const jwt of ['eyJ.eyJ.eyJ', 'eyJhbGciOiJSUzI1NiJ9..', `eyJ${'A'.repeat(8000)}.e30.x`])
      await refused(jwt, /sound|signed/);
  });

  it('while tokens of the server go on counting, and the issuer is not asked about them', async () => {
    const before = issuer.fetches();
    const { api } = await callers.token({ principal: 'service:own' });
    expect((await api('GET', '/v1/whoami')).status).toBe(200);
    expect(issuer.fetches()).toBe(before);
  });
});

it('a new key of the issuer is found within seconds, and one that it drops does not count any more', async () => {
  const old = await issuer.userToken('ann');
  expect(await whoami(old)).toMatchObject({ name: 'user:ann' });
  await issuer.rotate();
  const fresh = await issuer.userToken('ann');
  await expect
    .poll(async () => (await whoami(fresh)).name, { timeout: 10_000, interval: 200 })
    .toBe('user:ann');
  await expect.poll(async () => (await whoami(old)).status, { timeout: 15_000, interval: 100 }).toBe(401);
  // Tokens that name keys which nobody has make no request each.
  const before = issuer.fetches();
  for (let i = 0; i < 20; i++) await whoami(await issuer.forge({}, { kid: `none-${i}` }));
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1);
}, 30_000);

it('503: the issuer cannot be reached before its keys are known; once they are, it need not be', async () => {
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
}, 30_000);
