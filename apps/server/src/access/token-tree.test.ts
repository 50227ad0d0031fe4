import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, withToken } from '../../testing/tokens.ts';
import { bootstrap } from '../resources/tokens/bootstrap.ts';

// Limits against a hang: a loaded machine needs long to start servers.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const HOUR = 3_600_000;

let server: TestServer;
let second: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  second = await startTestServer({ auth: 'tokens' }, undefined, server);
  callers = await callersOf(server);
});
afterAll(async () => {
  await second?.stop();
  await server?.stop();
});

const inMs = (ms: number): string => new Date(server.ctx.now().getTime() + ms).toISOString();
const works = async (api: Caller['api']): Promise<boolean> => (await api('GET', '/v1/whoami')).status === 200;
const minted = async (parent: Pick<Caller, 'api'>, fields: object = {}): Promise<Caller & { body: any }> => {
  const { status, body } = await parent.api('POST', '/v1/tokens', { name: 'child', ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.id, secret: body.token, body, api: withToken(server, body.token) };
};
const ofAdministrator = (more: object = {}) =>
  callers.token({ principal: `user:${freshName('admin')}`, administrator: true, ...more });

describe('a token that a token created', () => {
  it('expires with its parent, also if it has no own expiry; 422: a later expiry', async () => {
    const end = inMs(3 * HOUR);
    const parent = await callers.token({ principal: 'user:short', expiresAt: end });
    for (const expiresAt of [undefined, null, end]) {
      const { body } = await minted(parent, { expiresAt });
      expect(body).toMatchObject({ expiresAt: end, parentId: parent.id });
    }
    const child = await minted(parent);
    const grandchild = await minted(child);
    expect(grandchild.body).toMatchObject({ expiresAt: end, parentId: child.id });
    const later = await child.api('POST', '/v1/tokens', { name: 'x', expiresAt: inMs(3 * HOUR + 1) });
    expect(later).toMatchObject({ status: 422, body: { code: 'invalid' } });
    expect(later.body.errors[0]).toMatchObject({ pointer: '/expiresAt' });
    expect(later.body.errors[0].message).toContain(end);
    server.advance(3 * HOUR);
    for (const each of [parent, child, grandchild]) expect(await works(each.api)).toBe(false);
  });

  it('revoking a token revokes all its descendants, whoever owns them, on every server', async () => {
    const parent = await ofAdministrator();
    const own = await minted(parent, { administrator: true });
    const others = await minted(own, { principal: 'service:other' });
    const below = await minted(others);
    const beside = await ofAdministrator();
    const everywhere = [own, others, below].flatMap(({ api, secret }) => [api, withToken(second, secret)]);
    for (const api of everywhere) expect(await works(api)).toBe(true);
    expect((await below.api('DELETE', `/v1/tokens/${parent.id}`)).status).toBe(404);
    expect((await beside.api('DELETE', `/v1/tokens/${parent.id}`)).status).toBe(204);
    for (const { api } of [own, others, below]) expect(await works(api)).toBe(false);
    const left = async () => (await Promise.all(everywhere.map(works))).filter(Boolean).length;
    await expect.poll(left, { timeout: 2_000, interval: 50 }).toBe(0);
    expect(await works(beside.api)).toBe(true);
    const { rows } = await server.db.requests.query(
      `SELECT object_id FROM changes
       WHERE object_id = ANY ($1) AND action = 'updated' AND after->>'revokedAt' IS NOT NULL`,
      [[parent.id, own.id, others.id, below.id]],
    );
    expect(rows).toHaveLength(4);
  });

  it('no child survives if its parent is revoked while the child is created', async () => {
    for (let round = 0; round < 6; round++) {
      const parent = await ofAdministrator();
      const child = await minted(parent, { administrator: true });
      const answers: TestAnswer[] = [];
      await atOnce(9, async (i) => {
        if (i === 4) expect((await callers.admin('DELETE', `/v1/tokens/${parent.id}`)).status).toBe(204);
        else answers.push(await (i % 2 ? parent : child).api('POST', '/v1/tokens', { name: 'late' }));
      });
      for (const { status, body } of answers) {
        expect([201, 401]).toContain(status);
        if (status === 201) expect(await works(withToken(server, body.token))).toBe(false);
      }
    }
  });

  it('tokens of the bootstrap token have no parent, so they survive its revocation', async () => {
    const secret = `first-${freshName('secret')}-${'x'.repeat(32)}`;
    const fresh = await startTestServer({ auth: 'tokens' });
    try {
      await bootstrap(fresh.ctx, secret);
      const first = withToken(fresh, secret);
      const made = await first('POST', '/v1/tokens', { name: 'a', administrator: true });
      expect(made.body).toMatchObject({ parentId: null });
      const id = (await first('GET', '/v1/whoami')).body.tokenId;
      const laptop = withToken(fresh, made.body.token);
      expect((await laptop('DELETE', `/v1/tokens/${id}`)).status).toBe(204);
      expect(await works(first)).toBe(false);
      expect(await works(laptop)).toBe(true);
    } finally {
      await fresh.stop();
    }
  });
});

describe('settings about tokens', () => {
  const on = async (settings: object, work: (there: TestServer) => Promise<void>) => {
    const there = await startTestServer({ auth: 'tokens', ...settings }, undefined, server);
    await work(there).finally(() => there.stop());
  };

  it('403: tokens create no tokens if MODELBOX_MINT_BY_TOKENS is false', () =>
    on({ mintByTokens: false }, async (there) => {
      for (const administrator of [false, true]) {
        const { secret } = await callers.token({ principal: 'user:minter', administrator });
        const answer = await withToken(there, secret)('POST', '/v1/tokens', { name: 'x' });
        expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
        expect(answer.body.detail).toContain('MODELBOX_MINT_BY_TOKENS');
      }
    }));

  it('a token lasts for MODELBOX_TOKEN_MAX_LIFETIME at most; 422: longer', () =>
    on({ tokenMaxLifetime: HOUR }, async (there) => {
      const { secret } = await callers.token({ principal: 'user:lasting' });
      const api = withToken(there, secret);
      const before = there.ctx.now().getTime();
      const { body } = await api('POST', '/v1/tokens', { name: 'x' });
      const lifetime = Date.parse(body.expiresAt) - Date.parse(body.createdAt);
      expect(lifetime).toBe(HOUR);
      const longer = { name: 'x', expiresAt: new Date(before + 2 * HOUR).toISOString() };
      const refused = await api('POST', '/v1/tokens', longer);
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expiresAt' }] } });
    }));

  it('401: a token idle for MODELBOX_TOKEN_IDLE_EXPIRY, and its descendants', async () => {
    const there = await startTestServer({ auth: 'tokens', tokenIdleExpiry: 24 * HOUR });
    try {
      const { admin } = await callersOf(there);
      const make = async (by: Caller['api']) => {
        const { body } = await by('POST', '/v1/tokens', { name: 'x', administrator: true });
        return { id: body.id, api: withToken(there, body.token) };
      };
      const [used, unused] = [await make(admin), await make(admin)];
      const child = await make(unused.api);
      const shown = async ({ id }: { id: string }) =>
        (await used.api('GET', '/v1/tokens')).body.items.find((token: any) => token.id === id);
      for (const each of [used, child]) await each.api('GET', '/v1/whoami');
      for (let hours = 0; hours < 30; hours += 10) {
        await expect.poll(async () => (await shown(used)).lastUsedAt, { timeout: 10_000 }).not.toBeNull();
        there.advance(10 * HOUR);
        const since = there.ctx.now();
        expect(await works(used.api)).toBe(true);
        expect(await works(child.api)).toBe(hours < 20);
        const isNoted = async () => Date.parse((await shown(used)).lastUsedAt) >= since.getTime();
        await expect.poll(isNoted, { timeout: 10_000 }).toBe(true);
      }
      expect(await works(unused.api)).toBe(false);
      expect(await works(admin)).toBe(false);
      // The operator recovers with a new bootstrap token, because no administrator token is valid any more.
      there.advance(30 * HOUR);
      expect(await bootstrap(there.ctx, `again-${'x'.repeat(32)}`)).toBe(true);
    } finally {
      await there.stop();
    }
  });
});
