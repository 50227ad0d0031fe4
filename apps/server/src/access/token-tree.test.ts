import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAtOrBelow } from '../testing/naive-access.ts';
import { freshName } from '../testing/objects.ts';
import { atOnce } from '../testing/races.ts';
import { startTestServer, type TestAnswer, type TestServer } from '../testing/test-server.ts';
import { type Caller, type Callers, callersOf, withToken } from '../testing/tokens.ts';
import { bootstrap } from './bootstrap.ts';

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

describe('a token that a token made', () => {
  it('expires with its parent, also if it asked for no expiry; 422: later', async () => {
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

  it('is revoked with its parent, with all below it and whoever owns it, on every server', async () => {
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
    const { rows } = await server.db.pool.query(
      `SELECT object_id FROM changes WHERE object_id = ANY ($1) AND action = 'updated' AND after->>'revokedAt' IS NOT NULL`,
      [[parent.id, own.id, others.id, below.id]],
    );
    expect(rows).toHaveLength(4);
  });

  it('none is left over if its parent is revoked while it is made', async () => {
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

  it('has no parent if the bootstrap token made it: revoking that leaves the first administrators', async () => {
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

  it('403: no token makes another where MODELBOX_MINT_BY_TOKENS is false', () =>
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

  it('401: a token that was not used for MODELBOX_TOKEN_IDLE_EXPIRY, and those that it made', async () => {
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
      // The operator's way back: nobody's token counts any more, so another secret becomes the first one.
      there.advance(30 * HOUR);
      expect(await bootstrap(there.ctx, `again-${'x'.repeat(32)}`)).toBe(true);
    } finally {
      await there.stop();
    }
  });
});

/* A failure prints the seed; `fc.assert(…, { seed, path })` shows it again. */
describe('whatever is done to tokens', () => {
  const AREAS = ['a', 'a/b', 'c'];
  const PERMISSIONS = ['model.read', 'model.create', 'version.read'];
  const some = (items: string[]) => fc.option(fc.subarray(items, { minLength: 1 }), { freq: 3 });
  const steps = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('mint' as const),
          by: fc.nat(),
          fields: fc.record({
            principal: fc.option(fc.constantFrom('user:p1', 'user:p2'), { nil: undefined }),
            administrator: fc.boolean(),
            namespaces: some(AREAS),
            permissions: some(PERMISSIONS),
            networks: fc.option(fc.constant(['127.0.0.0/8']), { freq: 5 }),
          }),
          hours: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 2 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), by: fc.nat(), of: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const), by: fc.nat() }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 12 }) }),
      },
    ),
    { minLength: 4, maxLength: 14 },
  );
  type Step = typeof steps extends fc.Arbitrary<(infer T)[]> ? T : never;
  interface Node {
    readonly id: string;
    readonly api: Caller['api'];
    readonly parent: Node | undefined;
    readonly end: number;
    readonly networks: readonly string[] | null;
  }

  const nodeOf = (body: any, parent?: Node): Node => ({
    id: body.id,
    api: withToken(server, body.token),
    parent,
    end: body.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(body.expiresAt),
    networks: body.networks,
  });

  async function mint(nodes: Node[], by: Node, fields: object, hours: number | null): Promise<void> {
    const expiresAt = hours === null ? undefined : inMs(hours * HOUR);
    const { status, body } = await by.api('POST', '/v1/tokens', { name: 'step', ...fields, expiresAt });
    if (status === 201) nodes.push(nodeOf(body, by));
    else expect([401, 403, 422]).toContain(status);
  }

  async function play(nodes: Node[], step: Step): Promise<void> {
    if (step.do === 'wait') return server.advance(step.hours * HOUR);
    const by = nodes[step.by % nodes.length] as Node;
    if (step.do === 'mint') return mint(nodes, by, step.fields, step.hours);
    if (step.do === 'rotate') await mint(nodes, by, {}, null);
    const of = step.do === 'rotate' ? by : (nodes[step.of % nodes.length] as Node);
    const { status } = await by.api('DELETE', `/v1/tokens/${of.id}`);
    expect([204, 401, 403, 404]).toContain(status);
  }

  /** Whether what one caller may do is among what another one may. */
  const isWithin = (inner: any, outer: any): boolean =>
    outer.administrator ||
    (!inner.administrator &&
      Object.entries<string[]>(inner.namespaces).every(([path, permissions]) =>
        permissions.every((permission) =>
          Object.entries<string[]>(outer.namespaces).some(
            ([above, held]) => (above === '' || isAtOrBelow(path, above)) && held.includes(permission),
          ),
        ),
      ));

  it('none outlives or exceeds the token that it comes from', async () => {
    for (const [path, principal, role] of [
      ['a', 'user:p1', 'maintainer'],
      ['c', 'user:p2', 'viewer'],
    ])
      await callers.ok('PUT', `/v1/namespaces/${path}/grants/${principal}`, { role });
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const roots = [
          { principal: 'user:p1' },
          { principal: 'user:p1', expiresAt: inMs(20 * HOUR) },
          { principal: 'user:p2', administrator: true },
        ];
        const nodes: Node[] = [];
        for (const fields of roots)
          nodes.push(nodeOf(await callers.ok('POST', '/v1/tokens', { name: 'root', ...fields })));
        for (const step of sequence) await play(nodes, step);
        const found = new Map<Node, any>();
        for (const node of nodes) {
          const { status, body } = await node.api('GET', '/v1/whoami');
          if (status === 200) found.set(node, body);
        }
        for (const [node, may] of found) {
          if (node.parent === undefined) continue;
          expect(found.has(node.parent), `${node.id} works and ${node.parent.id} does not`).toBe(true);
          expect(isWithin(may, found.get(node.parent)), JSON.stringify([may, found.get(node.parent)])).toBe(
            true,
          );
          expect(node.end).toBeLessThanOrEqual(node.parent.end);
          expect(node.parent.networks).toBeNull();
        }
      }),
      { numRuns: 40 },
    );
  });
});
