import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '@modelbox/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { type Callers, startPair, withToken } from '../../testing/tokens.ts';

let server: TestServer;
let second: TestServer;
let callers: Callers;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ server, second, callers, stop } = await startPair());
});
afterAll(() => stop());

const status = async (answer: Promise<{ status: number }>): Promise<number> => (await answer).status;
const at = (namespace: string, principal: string): string =>
  `/v1/namespaces/${encodeURIComponent(namespace)}/grants/${encodeURIComponent(principal)}`;

describe('tokens', () => {
  it('201: returns the secret once, and never again', async () => {
    const made = await callers.ok('POST', '/v1/tokens', { name: 'ci', principal: 'service:ci' });
    expect(made).toMatchObject({
      name: 'ci',
      principal: 'service:ci',
      administrator: false,
      namespaces: null,
    });
    expect(made.token).toMatch(/^mb_[\w-]{43}$/);
    const { items } = await callers.ok('GET', '/v1/tokens?principal=service:ci');
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain(made.token);
    const { rows } = await server.db.requests.query('SELECT * FROM changes WHERE object_id = $1', [made.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(made.token);
    const whoami = await withToken(server, made.token)('GET', '/v1/whoami');
    expect(whoami.body).toMatchObject({
      name: 'service:ci',
      administrator: false,
      tokenId: made.id,
      namespaces: {},
    });
  });

  it('409: a repeated Idempotency-Key creates no second token', async () => {
    const body = { name: 'once', principal: 'service:once' };
    const key = { 'idempotency-key': freshName('key') };
    expect((await callers.admin('POST', '/v1/tokens', body, key)).status).toBe(201);
    expect((await callers.admin('POST', '/v1/tokens', body, key)).body.code).toBe('replay_unavailable');
    expect((await callers.ok('GET', '/v1/tokens?principal=service:once')).items).toHaveLength(1);
  });

  it('401: within two seconds on every server if revoked; at once if expired or from another network', async () => {
    const caller = await callers.token({ principal: 'service:gone' });
    const other = withToken(second, caller.secret);
    expect(await status(other('GET', '/v1/whoami'))).toBe(200);
    await callers.ok('DELETE', `/v1/tokens/${caller.id}`);
    await expect.poll(() => status(other('GET', '/v1/whoami')), { timeout: 2_000, interval: 50 }).toBe(401);
    const late = await callers.token({
      principal: 'service:late',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await status(late.api('GET', '/v1/whoami'))).toBe(200);
    server.advance(61_000);
    expect(await status(late.api('GET', '/v1/whoami'))).toBe(401);
    const inside = await callers.token({ principal: 'service:net', networks: ['127.0.0.0/8'] });
    expect(await status(inside.api('GET', '/v1/whoami'))).toBe(200);
    const outside = await callers.token({
      principal: 'service:net',
      networks: ['10.0.0.0/8', '2001:db8::/32'],
    });
    expect(await status(outside.api('GET', '/v1/whoami'))).toBe(401);
  });

  it('201: a token without networks is valid from anywhere and shows null', async () => {
    for (const networks of [undefined, null]) {
      const body = { name: 'x', principal: 'user:anywhere', networks };
      const made = await callers.admin('POST', '/v1/tokens', body);
      const unbound = { networks: null, namespaces: null, permissions: null };
      expect(made).toMatchObject({ status: 201, body: unbound });
      const listed = await callers.admin('GET', '/v1/tokens?principal=user:anywhere');
      expect(listed.body.items[0]).toMatchObject(unbound);
    }
  });

  it('403: for others, for administrators, or by a narrowed token; 422: invalid fields', async () => {
    const ann = await callers.user({ [freshName('ns')]: 'admin' });
    expect(await status(ann.api('POST', '/v1/tokens', { name: 'x', principal: 'user:bob' }))).toBe(403);
    expect(await status(ann.api('POST', '/v1/tokens', { name: 'x', administrator: true }))).toBe(403);
    expect(await status(ann.api('GET', '/v1/tokens?principal=user:bob'))).toBe(403);
    const own = await ann.api('POST', '/v1/tokens', { name: 'x', permissions: ['model.read'] });
    expect(own.body).toMatchObject({ principal: ann.name, permissions: ['model.read'] });
    expect(await status(withToken(server, own.body.token)('POST', '/v1/tokens', { name: 'wider' }))).toBe(
      403,
    );
    const bob = await callers.user({});
    expect(await status(bob.api('DELETE', `/v1/tokens/${ann.id}`))).toBe(404);
    // A token bound to networks is narrowed too: its children could be used from anywhere.
    for (const administrator of [false, true]) {
      const bound = { principal: ann.name, administrator, networks: ['127.0.0.0/8'] };
      const { api } = await callers.token(bound);
      const answer = await api('POST', '/v1/tokens', { name: 'anywhere', administrator });
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
      expect(answer.body.detail).toContain('cannot create other tokens');
    }
    for (const wrong of [
      { principal: 'group:ml' },
      { networks: ['10.0.0.0/64'] },
      { namespaces: [] },
      { permissions: [] },
      { networks: [] },
      { expiresAt: '2020-01-01T00:00:00Z' },
    ]) {
      const answer = await callers.admin('POST', '/v1/tokens', { name: 'x', principal: 'user:x', ...wrong });
      expect(answer.status, JSON.stringify(wrong)).toBe(422);
    }
  });
});

describe('a narrowed token', () => {
  it.each([{ permissions: ['model.read'] }, { namespaces: ['ai'] }, { networks: ['127.0.0.0/8'] }])(
    '403: revokes no other token of its owner; 204: revokes itself: %j',
    async (narrowing) => {
      const principal = `user:${freshName('u')}`;
      const whole = await callers.token({ principal });
      const narrow = await callers.token({ principal, ...narrowing });
      expect(await status(narrow.api('DELETE', `/v1/tokens/${whole.id}`))).toBe(403);
      expect(await status(whole.api('GET', '/v1/whoami'))).toBe(200);
      expect(await status(narrow.api('DELETE', `/v1/tokens/${narrow.id}`))).toBe(204);
      expect(await status(narrow.api('GET', '/v1/whoami'))).toBe(401);
      expect(await status(whole.api('GET', '/v1/whoami'))).toBe(200);
    },
  );

  it('204: an administrator token bound to networks revokes any token', async () => {
    const leaked = await callers.token({ principal: 'service:leaky' });
    const { api } = await callers.token({
      principal: 'user:on-call',
      administrator: true,
      networks: ['127.0.0.0/8'],
    });
    expect(await status(api('DELETE', `/v1/tokens/${leaked.id}`))).toBe(204);
    expect(await status(leaked.api('GET', '/v1/whoami'))).toBe(401);
  });
});

describe('grants', () => {
  it('a role applies to its namespace and below, until it is removed', async () => {
    const namespace = freshName('team');
    const name = `user:${freshName('u')}`;
    const { api } = await callers.token({ principal: name });
    const model = await callers.ok('POST', '/v1/models', { namespace: `${namespace}/sub`, name: 'm' });
    expect(await status(api('GET', `/v1/models/${model.id}`))).toBe(404);
    expect(await callers.ok('PUT', at(namespace, name), { role: 'viewer' })).toMatchObject({
      role: 'viewer',
    });
    const readable = () => status(api('GET', `/v1/models/${model.id}`));
    await expect.poll(readable, { timeout: 2_000 }).toBe(200);
    expect(await status(api('PATCH', `/v1/models/${model.id}`, { owner: 'x' }))).toBe(403);
    const { items } = await callers.ok(
      'GET',
      `/v1/namespaces/${encodeURIComponent(`${namespace}/sub`)}/grants`,
    );
    expect(items).toMatchObject([{ namespace, principal: name, role: 'viewer', inherited: true }]);
    await callers.ok('PUT', at(namespace, name), { role: 'maintainer' });
    await expect
      .poll(() => status(api('PATCH', `/v1/models/${model.id}`, { owner: 'x' })), { timeout: 2_000 })
      .toBe(200);
    expect(await status(api('PUT', at(namespace, 'user:friend'), { role: 'viewer' }))).toBe(403);
    await callers.ok('DELETE', at(namespace, name));
    await expect.poll(readable, { timeout: 2_000 }).toBe(404);
    expect((await callers.admin('DELETE', at(namespace, name))).status).toBe(404);
  });

  it('only callers with the permission create namespaces', async () => {
    const team = freshName('team');
    const ann = await callers.user({ [team]: 'contributor' });
    const create = (namespace: string) => status(ann.api('POST', '/v1/models', { namespace, name: 'm' }));
    expect(await create(`${team}/new/below`)).toBe(201);
    expect(await create(freshName('root'))).toBe(404);
  });
});

describe('attacks', () => {
  const setUp = async () => {
    const [mine, theirs] = [freshName('mine'), freshName('theirs')];
    const secret = await callers.ok('POST', '/v1/models', { namespace: theirs, name: 'secret' });
    const version = await callers.ok('POST', `/v1/models/${secret.id}/versions`, {
      version: 'v1',
      files: [],
    });
    const run = await callers.ok('POST', '/v1/experiments', { namespace: theirs, name: 'run' });
    const checkpoint = await callers.ok('POST', `/v1/experiments/${run.id}/checkpoints`, {
      epoch: 1,
      status: 'ready',
    });
    const eve = await callers.user({ [mine]: 'admin' });
    const own = await eve.api('POST', '/v1/models', { namespace: mine, name: 'own' });
    return { mine, theirs, secret, version, run, checkpoint, eve, own: own.body };
  };

  it('404: a body names an object that the caller may not see', async () => {
    const { mine, theirs, version, checkpoint, eve, own } = await setUp();
    const versions = `/v1/models/${own.id}/versions`;
    for (const source of [
      { version: version.id },
      { checkpoint: checkpoint.id },
      { experiment: `${theirs}/run` },
    ])
      expect(await status(eve.api('POST', versions, { version: 'x', files: [], source }))).toBe(404);
    const run = { namespace: mine, name: 'run', source: { checkpoint: checkpoint.id } };
    expect(await status(eve.api('POST', '/v1/experiments', run))).toBe(404);
    expect(await status(eve.api('PUT', `/v1/models/${own.id}/aliases/a`, { version: version.id }))).toBe(404);
    const promotion = { model: own.id, version: 'x' };
    expect(await status(eve.api('POST', `/v1/checkpoints/${checkpoint.id}/promote`, promotion))).toBe(404);
    const metrics = { metrics: [{ key: 'a', value: 1, dataset: `${theirs}/data` }] };
    expect(await status(eve.api('POST', `/v1/models/${own.id}/metrics`, metrics))).toBe(404);
    expect(await status(eve.api('GET', `/v1/resolve?ref=${encodeURIComponent(`${theirs}/secret:v1`)}`))).toBe(
      404,
    );
  });

  it('404: content by its hash, and an upload by its id', async () => {
    const { secret, eve, own } = await setUp();
    const content = randomBytes(1000);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await callers.ok('PUT', `/v1/models/${secret.id}/files/weights.bin`, content);
    const attach = { files: [{ path: 'weights.bin', sha256 }] };
    expect(await status(eve.api('POST', `/v1/models/${own.id}/files/attach`, attach))).toBe(404);
    const upload = { model: own.id, path: 'weights.bin', sizeBytes: 1000, sha256 };
    expect((await eve.api('POST', '/v1/uploads', upload)).body.state).toBe('open');
    const begun = await callers.ok('POST', '/v1/uploads', { model: secret.id, path: 'u', sizeBytes: 1 });
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PUT', '/parts/1', Buffer.from('x')],
      ['POST', '/complete', {}],
    ] as const)
      expect(await status(eve.api(method, `/v1/uploads/${begun.id}${path}`, body))).toBe(404);
  });

  it("lineage, cursors and another caller's Idempotency-Key reveal nothing", async () => {
    const { mine, theirs, secret, checkpoint, eve, own } = await setUp();
    // An administrator made a version of eve's model from a checkpoint that she may not see.
    const made = await callers.ok('POST', `/v1/checkpoints/${checkpoint.id}/promote`, {
      model: own.id,
      version: 'p',
    });
    const { body } = await eve.api('GET', `/v1/versions/${made.id}/lineage`);
    expect(body.nodes.map(({ id }: any) => id)).toEqual([made.id]);
    expect(body.edges).toEqual([]);
    await callers.ok('POST', `/v1/models/${secret.id}/versions`, { version: 'v2', files: [] });
    const page = await callers.ok('GET', `/v1/models/${secret.id}/versions?limit=1`);
    const stolen = await eve.api('GET', `/v1/models/${own.id}/versions?limit=1&cursor=${page.nextCursor}`);
    expect(stolen.status).toBe(422);
    const key = { 'idempotency-key': freshName('key') };
    const create = { namespace: theirs, name: 'hidden' };
    expect((await callers.admin('POST', '/v1/models', create, key)).status).toBe(201);
    expect((await eve.api('POST', '/v1/models', create, key)).status).toBe(404);
    expect((await eve.api('POST', '/v1/models', { namespace: mine, name: 'mine' }, key)).status).toBe(201);
  });

  it('neither logs nor errors contain a token', async () => {
    const caller = await callers.token({ principal: 'service:quiet' });
    const answer = await caller.api('GET', '/v1/models/none');
    expect(JSON.stringify(answer.body)).not.toContain(caller.secret);
    const query = await server.api('GET', `/v1/models?access_token=${caller.secret}`);
    expect(query.status).toBe(401);
  });
});

describe('the objects that a caller can list and get', () => {
  it('matches a naive reading of the grants', async () => {
    const top = freshName('tree');
    const paths = [top, `${top}/a`, `${top}/a/b`, `${top}/ab`, `${top}/c`];
    const models = new Map<string, string>();
    for (const namespace of paths)
      models.set(namespace, (await callers.ok('POST', '/v1/models', { namespace, name: 'm' })).id);
    const roles: Role[] = ['viewer', 'contributor', 'maintainer', 'admin'];
    const grants = fc.dictionary(fc.constantFrom(...paths), fc.constantFrom(...roles), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(grants, fc.option(fc.constantFrom(...paths)), async (held, only) => {
        const user = await callers.user({ ...held });
        const narrowed = only && (await callers.token({ principal: user.name, namespaces: [only] }));
        const { api } = narrowed || user;
        const below = (path: string, root: string) => path === root || path.startsWith(`${root}/`);
        const allowed = paths.filter(
          (path) => Object.keys(held).some((root) => below(path, root)) && (!only || below(path, only)),
        );
        const listed = await api('GET', '/v1/models?limit=1000');
        expect(listed.body.items.map(({ namespace }: any) => namespace).sort()).toEqual([...allowed].sort());
        const spaces = await api('GET', '/v1/namespaces?limit=1000');
        expect(spaces.body.items.map(({ path }: any) => path).sort()).toEqual([...allowed].sort());
        for (const [path, id] of models)
          expect(await status(api('GET', `/v1/models/${id}`)), path).toBe(allowed.includes(path) ? 200 : 404);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
