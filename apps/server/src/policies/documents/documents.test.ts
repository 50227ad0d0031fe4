import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesOf, freshName } from '../../../testing/objects.ts';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
const { ok, modelWith, newVersion } = policyTests(() => server);

const keepLatest = { retain: { versions: { keep: [{ latest: 1 }], remove: 'object' } } };

describe('PUT …/policy', () => {
  test('returns the policy, and keeps every edit with actor and time', async () => {
    const model = await modelWith({ label: [champion] });
    const path = `${model.url}/policy`;
    const same = await server.api('PUT', path, { label: [champion] });
    expect([same.body.edit, same.headers.get('etag')]).toEqual([1, '"1"']);
    const next = await server.api('PUT', path, keepLatest);
    expect(next.body).toMatchObject({ edit: 2, editedBy: 'local', ...keepLatest });
    expect(next.body.label).toBeUndefined();
    const { items, nextCursor } = await ok('GET', `${path}/history?limit=1`);
    expect(items).toMatchObject([{ edit: 2, document: keepLatest, actor: 'local' }]);
    expect((await ok('GET', `${path}/history?limit=1&cursor=${nextCursor}`)).items).toMatchObject([
      { edit: 1, document: { label: [champion] } },
    ]);
    const told = (await changesOf(server, model.id)).filter(({ action }) => action === 'policy_set');
    expect(told.map(({ detail }) => detail.edit)).toEqual([1, 2]);
  });

  test('returns 412 for the ETag of another state; "0" means no policy', async () => {
    const { id } = await ok('POST', '/v1/models', { namespace: freshName('ns'), name: 'm' });
    const put = (ifMatch: string) =>
      server.api('PUT', `/v1/models/${id}/policy`, keepLatest, { 'if-match': ifMatch });
    expect((await server.api('GET', `/v1/models/${id}/policy`)).headers.get('etag')).toBe('"0"');
    expect((await put('"1"')).body.code).toBe('stale');
    expect((await put('"0"')).status).toBe(200);
    expect((await put('"0"')).body.code).toBe('stale');
  });

  test('returns 422 with a pointer for each unknown or wrong part, and changes nothing', async () => {
    const model = await modelWith(keepLatest);
    const refused = await server.api('PUT', `${model.url}/policy`, {
      evaluate: [{ dataset: 'none' }, { dataset: 'no/where' }],
      label: [{ ...champion, dataset: 'missing', filter: 'nope = 1' }],
      staleAfter: 'P1D',
    });
    expect(refused.body).toMatchObject({ status: 422, code: 'invalid' });
    expect(refused.body.errors.map(({ pointer }: any) => pointer).sort()).toEqual([
      '/evaluate/0/dataset',
      '/evaluate/1/dataset',
      '/label/0/dataset',
      '/label/0/filter',
      '/staleAfter',
    ]);
    const unknown = await server.api('PUT', `${model.url}/policy`, { labels: [] });
    expect(unknown.body.errors[0].pointer).toBe('/labels');
    expect(await ok('GET', `${model.url}/policy`)).toMatchObject({ edit: 1, ...keepLatest });
  });

  test('returns 404 for a deleted model', async () => {
    const model = await modelWith({});
    await ok('DELETE', model.url);
    expect((await server.api('PUT', `${model.url}/policy`, {})).status).toBe(404);
  });
});

describe('a policy ends with its owner', () => {
  test('so a recreated namespace has none', async () => {
    const namespace = freshName('ns');
    const { id } = await ok('POST', '/v1/models', { namespace, name: 'm' });
    await ok('PUT', `/v1/namespaces/${namespace}/policy`, { staleAfter: 'P1D' });
    await server.db.requests.query('DELETE FROM models WHERE id = $1', [id]);
    expect((await server.api('DELETE', `/v1/namespaces/${namespace}`)).status).toBe(204);
    await ok('POST', '/v1/models', { namespace, name: 'm' });
    expect(await ok('GET', `/v1/namespaces/${namespace}/policy`)).toMatchObject({ edit: 0, effective: {} });
  });
});

describe('the policy in force', () => {
  test('is the nearest one per section, with its source', async () => {
    const model = await modelWith({ label: [champion] });
    const below = await ok('POST', '/v1/models', { namespace: `${model.namespace}/team/sub`, name: 'm' });
    await ok('PUT', `/v1/namespaces/${ref(model.namespace)}/policy`, {
      evaluate: [{ dataset: 'val' }],
      label: [{ ...champion, name: 'from above' }],
      staleAfter: 'P1D',
    });
    await ok('PUT', `/v1/namespaces/${ref(`${model.namespace}/team`)}/policy`, {
      staleAfter: 'P2D',
      label: [],
    });
    const here = await ok('GET', `${model.url}/policy`);
    expect(here.effective.label[0].name).toBe('best');
    expect(here.effective.evaluate).toEqual([{ dataset: 'val' }]);
    const there = await ok('GET', `/v1/models/${below.id}/policy`);
    expect(there).toMatchObject({
      edit: 0,
      editedBy: null,
      effective: { evaluate: [{ dataset: `${model.namespace}/val` }], label: [], staleAfter: 'P2D' },
      sources: {
        evaluate: { kind: 'namespace', name: model.namespace, edit: 1 },
        label: { name: `${model.namespace}/team` },
      },
    });
    expect(Object.keys(there.sources).sort()).toEqual(['evaluate', 'label', 'staleAfter']);
  });
});

describe('GET …/evaluations', () => {
  test('lists evaluations as missing, done, or stale after a changed digest', async () => {
    const model = await modelWith({ evaluate: [{ dataset: 'val' }] });
    await ok('POST', '/v1/datasets', { namespace: model.namespace, name: 'night' });
    await ok('PUT', `${model.url}/policy`, { evaluate: [{ dataset: 'val' }, { dataset: 'night' }] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await newVersion(model, 'v2', []);
    await ok('POST', `${model.url}/versions`, { version: 'pending' });
    const states = async (query = '') =>
      (await ok('GET', `${model.url}/evaluations?limit=1000${query}`)).items.map(
        ({ version, dataset, state }: any) => `${version} ${dataset} ${state}`,
      );
    expect(await states()).toEqual(['v1 night missing', 'v2 val missing', 'v2 night missing']);
    expect(await states('&state=done')).toEqual(['v1 val done']);
    await ok('PATCH', `/v1/datasets/${ref(`${model.namespace}/val`)}`, { digest: 'd2' });
    expect(await states('&state=stale')).toEqual(['v1 val stale']);
    expect(await states('&dataset=val')).toEqual(['v1 val stale', 'v2 val missing']);
    const [first] = (await ok('GET', `${model.url}/evaluations?state=stale`)).items;
    expect(first).toMatchObject({ digest: 'd2', evaluatedDigest: 'd1' });
    const page = await ok('GET', `${model.url}/evaluations?limit=2`);
    const rest = await ok('GET', `${model.url}/evaluations?limit=2&cursor=${page.nextCursor}`);
    expect([...page.items, ...rest.items]).toHaveLength(4);
    expect((await server.api('GET', `${model.url}/evaluations?dataset=other`)).status).toBe(422);
    expect((await server.api('GET', `${model.url}/evaluations?cursor=WzFd`)).status).toBe(422);
  });
});

describe('hold', () => {
  test.each(['versions', 'checkpoints'] as const)(
    'is set, shown and released for %s, idempotently',
    async (kind) => {
      const model = await modelWith({});
      const run = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: 'run' });
      const { id } =
        kind === 'versions'
          ? await newVersion(model, 'v1', {})
          : await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1 });
      const path = `/v1/${kind}/${id}`;
      expect(await ok('PUT', `${path}/hold`, { reason: 'audit' })).toMatchObject({
        reason: 'audit',
        by: 'local',
      });
      expect((await ok('GET', path)).hold).toMatchObject({ reason: 'audit' });
      for (let times = 0; times < 2; times++)
        expect((await server.api('DELETE', `${path}/hold`)).status).toBe(204);
      expect((await ok('GET', path)).hold).toBe(null);
      expect((await server.api('PUT', `${path}/hold`, {})).body.errors[0].pointer).toBe('/reason');
      const told = (await changesOf(server, id)).map(({ action }) => action);
      expect(told.slice(1)).toEqual(['held', 'released']);
    },
  );
});
