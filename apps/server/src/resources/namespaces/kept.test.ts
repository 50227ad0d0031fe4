import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName } from '../../../testing/objects.ts';
import { atOnce } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf } from '../../../testing/tokens.ts';
import { pruneHistory } from '../../workers/history-retention.ts';

/* Deleting and recreating a namespace must not reset the settings of its admins. */

const DAY = 86_400_000;

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', rootCreators: ['user:creator', 'user:rival'] });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const pathOf = (namespace: string): string => `/v1/namespaces/${ref(namespace)}`;
const grant = (namespace: string, principal: string, role: string) =>
  callers.ok('PUT', `${pathOf(namespace)}/grants/${ref(principal)}`, { role });
const protect = (namespace: string) =>
  callers.ok('PUT', `${pathOf(namespace)}/protected-aliases/prod`, {
    by: 'role',
    role: 'admin',
    reason: 'audited',
  });
const limit = (namespace: string) => callers.ok('PATCH', pathOf(namespace), { quotaBytes: 1000 });
/** Reads all settings of admins on a namespace itself. */
async function settingsOf(namespace: string) {
  const { quotaBytes } = await callers.ok('GET', pathOf(namespace));
  const all = (await callers.ok('GET', `${pathOf(namespace)}/grants`)).items;
  const grants = all.filter(({ inherited }: { inherited: boolean }) => !inherited);
  const { items: protections } = await callers.ok('GET', `${pathOf(namespace)}/protected-aliases`);
  return { quotaBytes, grants, protections };
}
const nothing = { quotaBytes: null, grants: [], protections: [] };
/** Creates an empty namespace with its parents. */
async function made(namespace: string): Promise<string> {
  await grant(namespace, 'user:nobody', 'viewer');
  await callers.ok('DELETE', `${pathOf(namespace)}/grants/user:nobody`);
  return namespace;
}
const makeIn = (caller: Pick<Caller, 'api'>, namespace: string) =>
  caller.api('POST', '/v1/models', { namespace, name: 'm' });

describe('deleting a namespace', () => {
  it.each<[string, string, (namespace: string) => Promise<unknown>]>([
    ['a quota', 'namespace.quota', limit],
    ['grants', 'grant.write', (namespace) => grant(namespace, 'user:x', 'viewer')],
    ['protected aliases', 'alias.protect', protect],
  ])('returns 403 for a namespace with %s if the caller lacks %s', async (what, permission, set) => {
    const root = freshName('root');
    const namespace = await made(`${root}/team`);
    await set(namespace);
    const before = await settingsOf(namespace);
    const maintainer = await callers.user({ [root]: 'maintainer' });
    const refused = await maintainer.api('DELETE', pathOf(namespace));
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(refused.body.detail).toContain(what);
    expect(refused.body.detail).toContain(permission);
    expect(await settingsOf(namespace)).toEqual(before);
    const admin = await callers.user({ [root]: 'admin' });
    expect((await admin.api('DELETE', pathOf(namespace))).status).toBe(204);
  });

  it('returns 204 for a maintainer if the namespace has none of these', async () => {
    const root = freshName('root');
    const namespace = await made(`${root}/team`);
    const maintainer = await callers.user({ [root]: 'maintainer' });
    expect((await maintainer.api('DELETE', pathOf(namespace))).status).toBe(204);
  });

  it('keeps a concurrent grant, or does not delete', async () => {
    for (let round = 0; round < 8; round++) {
      const namespace = await made(`${freshName('root')}/team`);
      const principal = `user:${freshName('u')}`;
      const answers = await atOnce(2, (i) =>
        i === 0
          ? callers.admin('DELETE', pathOf(namespace))
          : callers.admin('PUT', `${pathOf(namespace)}/grants/${ref(principal)}`, { role: 'admin' }),
      );
      expect(answers.map(({ status }) => status)).toEqual([204, 200]);
      expect((await makeIn({ api: callers.admin }, namespace)).status).toBe(201);
      expect((await settingsOf(namespace)).grants).toMatchObject([{ principal }]);
    }
  });
});

describe('a recreated namespace', () => {
  it('within the grace time gets its quota, grants and protections back, whoever creates it', async () => {
    const root = freshName('root');
    const namespace = await made(`${root}/team`);
    const contributor = await callers.user({ [root]: 'contributor' });
    const member = await callers.user({ [namespace]: 'viewer' });
    await limit(namespace);
    await protect(namespace);
    const before = await settingsOf(namespace);
    await callers.ok('DELETE', pathOf(namespace));
    server.advance(29 * DAY);
    const model = await makeIn(contributor, namespace);
    expect(model.status).toBe(201);
    expect(await settingsOf(namespace)).toEqual(before);
    expect((await member.api('GET', `/v1/models/${model.body.id}`)).status).toBe(200);
    const version = { version: 'v1', files: [] };
    await callers.ok('POST', `/v1/models/${model.body.id}/versions`, version);
    const maintainer = await callers.user({ [root]: 'maintainer' });
    const move = await maintainer.api('PUT', `/v1/models/${model.body.id}/aliases/prod`, { version: 'v1' });
    expect(move.status).toBe(403);
    const { id } = await callers.ok('GET', pathOf(namespace));
    const [created] = await changesOf(server, id);
    expect(created).toMatchObject({
      action: 'created',
      after: { quotaBytes: 1000 },
      detail: { restoredGrants: 1, restoredProtections: 1 },
    });
  });

  it('after the grace time, or after an admin removed them, has none', async () => {
    const namespace = await made(`${freshName('root')}/team`);
    await limit(namespace);
    await callers.ok('DELETE', pathOf(namespace));
    server.advance(31 * DAY);
    expect((await makeIn({ api: callers.admin }, await made(namespace))).status).toBe(201);
    expect(await settingsOf(namespace)).toEqual(nothing);

    const second = await made(`${freshName('root')}/team`);
    await limit(second);
    await callers.ok('DELETE', pathOf(second));
    await made(second);
    await callers.ok('PATCH', pathOf(second), { quotaBytes: null });
    await callers.ok('DELETE', pathOf(second));
    expect(await settingsOf(await made(second))).toEqual(nothing);
  });

  it('loses kept settings after their time', async () => {
    const namespace = await made(freshName('root'));
    await limit(namespace);
    await callers.ok('DELETE', pathOf(namespace));
    const kept = async () =>
      (await server.db.requests.query('SELECT 1 FROM kept_namespaces WHERE path = $1', [namespace])).rowCount;
    await pruneHistory(server.ctx);
    expect(await kept()).toBe(1);
    server.advance(31 * DAY);
    await pruneHistory(server.ctx);
    expect(await kept()).toBe(0);
  });
});

describe('a recreated root', () => {
  const creator = (name: string) => callers.token({ principal: name });

  it('is 404 within the grace time for a root creator without former rights, who becomes admin after it', async () => {
    const rival = await creator('user:rival');
    const byQuota = await made(freshName('root'));
    await limit(byQuota);
    const byGrant = await made(freshName('root'));
    await grant(byGrant, 'user:owner', 'admin');
    const below = await made(`${freshName('root')}/deep/team`);
    await protect(below);
    for (const path of [byQuota, byGrant, below, below.replace(/\/team$/, ''), below.split('/')[0] as string])
      await callers.ok('DELETE', pathOf(path));
    for (const path of [byQuota, byGrant, `${byGrant}/x`, below, `${below.split('/')[0]}/else`]) {
      expect((await makeIn(rival, path)).status, path).toBe(404);
      const taken = await rival.api('PUT', `${pathOf(path)}/grants/user:rival`, { role: 'admin' });
      expect(taken.status, path).toBe(404);
      expect((await callers.admin('GET', pathOf(path.split('/')[0] as string))).status).toBe(404);
    }
    server.advance(31 * DAY);
    expect((await makeIn(rival, byGrant)).status).toBe(201);
    expect((await settingsOf(byGrant)).grants).toMatchObject([{ principal: 'user:rival', role: 'admin' }]);
  });

  it('is 201 for a root creator whose former role allows it, with that role', async () => {
    const root = await made(freshName('root'));
    await grant(root, 'user:owner', 'admin');
    await grant(root, 'user:creator', 'contributor');
    const before = await settingsOf(root);
    await callers.ok('DELETE', pathOf(root));
    const api = await creator('user:creator');
    const asked = await api.api('PUT', `${pathOf(root)}/grants/user:creator`, { role: 'admin' });
    expect(asked.status).toBe(404);
    expect((await makeIn(api, root)).status).toBe(201);
    expect(await settingsOf(root)).toEqual(before);
  });

  it('still belongs to its creator, with the quota of an administrator', async () => {
    const api = await creator('user:creator');
    const root = freshName('root');
    await api.api('PUT', `${pathOf(root)}/grants/user:friend`, { role: 'viewer' });
    await limit(root);
    const before = await settingsOf(root);
    expect((await api.api('DELETE', pathOf(root))).status).toBe(204);
    expect((await makeIn(api, root)).status).toBe(201);
    expect(await settingsOf(root)).toEqual(before);
  });
});
