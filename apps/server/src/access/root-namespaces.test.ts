import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { atOnce } from '../../testing/races.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, withToken } from '../../testing/tokens.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', rootCreators: ['user:ann', 'service:onboarding'] });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const caller = (principal: string, more: object = {}) => callers.token({ principal, ...more });
const grantsOf = async (namespace: string) =>
  (await callers.ok('GET', `/v1/namespaces/${namespace}/grants`)).items;

describe('creating a root namespace', () => {
  it('201: a principal of the settings becomes its only admin', async () => {
    const [ann, bob] = [await caller('user:ann'), await caller('user:bob')];
    const root = freshName('root');
    expect((await bob.api('POST', '/v1/models', { namespace: root, name: 'm' })).status).toBe(404);
    const made = await ann.api('POST', '/v1/models', { namespace: `${root}/deep`, name: 'm' });
    expect(made.status).toBe(201);
    expect(await grantsOf(root)).toMatchObject([{ principal: 'user:ann', role: 'admin', namespace: root }]);
    const { rows } = await server.db.requests.query(
      `SELECT object_kind, actor FROM changes WHERE namespace = $1 ORDER BY id`,
      [root],
    );
    expect(rows).toEqual([
      { object_kind: 'namespace', actor: 'user:ann' },
      { object_kind: 'grant', actor: 'user:ann' },
    ]);
    expect((await ann.api('GET', `/v1/models/${made.body.id}`)).status).toBe(200);
    expect((await ann.api('POST', '/v1/experiments', { namespace: root, name: 'e' })).status).toBe(201);
    expect((await bob.api('GET', `/v1/models/${made.body.id}`)).status).toBe(404);
  });

  it('200: a later grant is added to the admin', async () => {
    const service = await caller('service:onboarding');
    const root = freshName('root');
    const answer = await service.api('PUT', `/v1/namespaces/${root}/grants/group:vision`, {
      role: 'maintainer',
    });
    expect(answer.status).toBe(200);
    expect(await grantsOf(root)).toMatchObject([
      { principal: 'group:vision', role: 'maintainer' },
      { principal: 'service:onboarding', role: 'admin' },
    ]);
  });

  it('404: the root belongs to another caller, the token is narrowed, or a read names a missing root', async () => {
    const root = freshName('root');
    await callers.ok('POST', '/v1/models', { namespace: root, name: 'm' });
    const ann = await caller('user:ann');
    for (const namespace of [root, `${root}/below`])
      expect((await ann.api('POST', '/v1/models', { namespace, name: 'mine' })).status).toBe(404);
    const narrowed = await caller('user:ann', { permissions: ['model.create', 'model.read'] });
    expect((await narrowed.api('POST', '/v1/models', { namespace: freshName('r'), name: 'm' })).status).toBe(
      404,
    );
    expect((await ann.api('GET', `/v1/models?namespace=${freshName('none')}`)).status).toBe(404);
    // A mention of a dataset creates no root namespace.
    const own = freshName('root');
    const model = await ann.api('POST', '/v1/models', { namespace: own, name: 'm' });
    const elsewhere = { version: 'v', files: [], datasets: [`${freshName('other')}/set`] };
    expect((await ann.api('POST', `/v1/models/${model.body.id}/versions`, elsewhere)).status).toBe(404);
  });

  it('one of many concurrent callers gets it; the others write nothing', async () => {
    const [ann, service] = [await caller('user:ann'), await caller('service:onboarding')];
    for (let round = 0; round < 5; round++) {
      const root = freshName('race');
      const answers = await atOnce(8, (i) =>
        (i % 2 ? ann : service).api('POST', '/v1/models', { namespace: `${root}/${i}`, name: 'm' }),
      );
      const [{ principal }, ...more] = await grantsOf(root);
      expect(more).toEqual([]);
      for (const [i, { status }] of answers.entries())
        expect(status).toBe((i % 2 ? 'user:ann' : 'service:onboarding') === principal ? 201 : 404);
      const { items } = await callers.ok('GET', `/v1/models?namespace=${root}&recursive=true`);
      expect(items).toHaveLength(4);
    }
  });

  it('within the grace time, only former callers create a deleted root again, with its old grants', async () => {
    const second = await startTestServer(
      { auth: 'tokens', rootCreators: ['user:ann', 'service:onboarding'] },
      undefined,
      server,
    );
    try {
      const ann = await caller('user:ann');
      for (const again of [ann.api, withToken(second, ann.secret)]) {
        const root = freshName('again');
        const body = { namespace: root, name: 'm' };
        await ann.api('PUT', `/v1/namespaces/${root}/grants/user:x`, { role: 'viewer' });
        expect((await again('GET', `/v1/namespaces/${root}`)).status).toBe(200);
        expect((await ann.api('DELETE', `/v1/namespaces/${root}`)).status).toBe(204);
        expect((await again('POST', '/v1/models', body)).status).toBe(201);
        expect(await grantsOf(root)).toMatchObject([
          { principal: 'user:ann', role: 'admin' },
          { principal: 'user:x', role: 'viewer' },
        ]);
      }
      const root = freshName('lost');
      const bob = await callers.user({ [root]: 'admin' });
      const elsewhere = withToken(second, bob.secret);
      expect((await elsewhere('GET', `/v1/namespaces/${root}`)).status).toBe(200);
      await callers.ok('DELETE', `/v1/namespaces/${root}`);
      expect((await elsewhere('POST', '/v1/models', { namespace: root, name: 'm' })).status).toBe(404);
      expect((await callers.admin('GET', `/v1/namespaces/${root}`)).status).toBe(404);
    } finally {
      await second.stop();
    }
  });

  it('404: former callers lose access at once; others create the root after the grace time', async () => {
    const root = freshName('gone');
    const bob = await callers.user({ [root]: 'admin' });
    expect((await bob.api('GET', `/v1/namespaces/${root}`)).status).toBe(200);
    await callers.ok('DELETE', `/v1/namespaces/${root}`);
    // The grace time is over.
    server.advance(31 * 86_400_000);
    await callers.ok('POST', '/v1/models', { namespace: root, name: 'm' });
    expect((await bob.api('GET', `/v1/namespaces/${root}`)).status).toBe(404);
  });

  it('201: an administrator token narrowed to the namespace creates it', async () => {
    const root = freshName('narrowed');
    const { api } = await callers.holder(root, callers.all);
    expect((await api('POST', '/v1/models', { namespace: root, name: 'm' })).status).toBe(201);
    expect(await grantsOf(root)).toEqual([]);
  });

  it('201: every identified caller, with MODELBOX_ROOT_CREATORS=everyone', async () => {
    const open = await startTestServer({ auth: 'tokens', rootCreators: 'everyone' }, undefined, server);
    try {
      const bob = await caller('user:bob');
      const body = { namespace: freshName('root'), name: 'm' };
      expect((await withToken(open, bob.secret)('POST', '/v1/models', body)).status).toBe(201);
      expect((await open.api('POST', '/v1/models', { namespace: freshName('root'), name: 'm' })).status).toBe(
        401,
      );
      expect((await bob.api('POST', '/v1/models', { ...body, namespace: freshName('root') })).status).toBe(
        404,
      );
    } finally {
      await open.stop();
    }
  });
});
