import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newExperiment, newModel, newVersion } from '../../testing/objects.ts';
import { ref, startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const api: TestServer['api'] = (...of) => server.api(...of);
const policy = (label: object[]) => ({ label });

/** Each place where a request gives a name: the request, and the field that its error names. */
const PLACES: Record<string, [(name: string) => Promise<TestAnswer>, where: string, pointer: string]> = {
  namespace: [
    (name) => api('POST', '/v1/models', { namespace: `ai/${name}`, name: 'm' }),
    'body',
    '/namespace',
  ],
  'namespace at a root': [
    (namespace) => api('POST', '/v1/models', { namespace, name: 'm' }),
    'body',
    '/namespace',
  ],
  'namespace by a grant': [
    (name) => api('PUT', `/v1/namespaces/${ref(`ai/${name}`)}/grants/user%3Aann`, { role: 'viewer' }),
    'path',
    '/namespace',
  ],
  model: [(name) => api('POST', '/v1/models', { namespace: 'ai', name }), 'body', '/name'],
  experiment: [(name) => api('POST', '/v1/experiments', { namespace: 'ai', name }), 'body', '/name'],
  dataset: [(name) => api('POST', '/v1/datasets', { namespace: 'ai', name }), 'body', '/name'],
  'dataset by a mention': [
    async (name) => {
      const { id } = await newModel(server);
      return api('POST', `/v1/models/${id}/versions`, { version: 'v1', datasets: ['ok', name] });
    },
    'body',
    '/datasets/1',
  ],
  version: [
    async (version) => api('POST', `/v1/models/${(await newModel(server)).id}/versions`, { version }),
    'body',
    '/version',
  ],
  'aliases of a version': [
    async (name) => {
      const { id } = await newModel(server);
      return api('POST', `/v1/models/${id}/versions`, { version: 'v1', files: [], aliases: ['ok', name] });
    },
    'body',
    '/aliases/1',
  ],
  alias: [
    async (name) => {
      const { modelId } = await newVersion(server, { files: [] });
      return api('PUT', `/v1/models/${modelId}/aliases/${ref(name)}`, { version: 'v1' });
    },
    'path',
    '/alias',
  ],
  'protected alias': [
    async (name) =>
      api('PUT', `/v1/models/${(await newModel(server)).id}/protected-aliases/${ref(name)}`, {
        by: 'rule',
      }),
    'path',
    '/alias',
  ],
  tag: [
    (name) => api('POST', '/v1/models', { namespace: 'ai', name: freshName('m'), tags: ['ok', name] }),
    'body',
    '/tags/1',
  ],
  'tag by a patch': [
    async (name) => api('PATCH', `/v1/models/${(await newModel(server)).id}`, { tags: [name] }),
    'body',
    '/tags/0',
  ],
  'metric key': [
    async (key) =>
      api('POST', `/v1/models/${(await newModel(server)).id}/metrics`, {
        metrics: [
          { key: 'ok', value: 1 },
          { key, value: 2 },
        ],
      }),
    'body',
    '/metrics/1/key',
  ],
  'metric key of a create': [
    async (key) =>
      api('POST', `/v1/models/${(await newModel(server)).id}/versions`, {
        version: 'v1',
        metrics: { [key]: 1 },
      }),
    'body',
    '/metrics/%',
  ],
  file: [
    async (name) =>
      api('PUT', `/v1/models/${(await newModel(server)).id}/files/weights/${ref(name)}`, 'content'),
    'path',
    '/path',
  ],
  'tracked file': [
    async (name) =>
      api('POST', `/v1/models/${(await newModel(server)).id}/files`, {
        files: [{ uri: 's3://bucket/x', path: `weights/${name}` }],
      }),
    'body',
    '/files/0/path',
  ],
  'tracked file by its URI': [
    async (name) =>
      api('POST', `/v1/models/${(await newModel(server)).id}/files`, { files: [`s3://bucket/${ref(name)}`] }),
    'body',
    '/files/0',
  ],
  'upload in parts': [
    async (path) => api('POST', '/v1/uploads', { model: (await newModel(server)).id, path, sizeBytes: 1 }),
    'body',
    '/path',
  ],
  token: [(name) => api('POST', '/v1/tokens', { name, principal: 'user:ann' }), 'body', '/name'],
  "token's owner": [
    (name) => api('POST', '/v1/tokens', { name: 'x', principal: `user:${name}` }),
    'body',
    '/principal',
  ],
  grant: [
    async (name) => {
      const { namespace } = await newModel(server);
      return api('PUT', `/v1/namespaces/${ref(namespace)}/grants/${ref(`user:${name}`)}`, { role: 'viewer' });
    },
    'path',
    '/principal',
  ],
  'metric key of a checkpoint': [
    async (key) =>
      api('POST', `/v1/experiments/${(await newExperiment(server)).id}/checkpoints`, {
        epoch: 1,
        metrics: [{ key, value: 1 }],
      }),
    'body',
    '/metrics/0/key',
  ],
  event: [
    async (name) =>
      api('POST', `/v1/models/${(await newModel(server)).id}/events`, { name, source: 'trainer' }),
    'body',
    '/name',
  ],
  'source of an event': [
    async (source) => api('POST', `/v1/models/${(await newModel(server)).id}/events`, { name: 'x', source }),
    'body',
    '/source',
  ],
  'rule of a policy': [
    async (name) =>
      api(
        'PUT',
        `/v1/models/${(await newModel(server)).id}/policy`,
        policy([{ name, tag: 'best', metric: 'acc', direction: 'max', than: 0 }]),
      ),
    'body',
    '/label/0/name',
  ],
};

describe.each(Object.entries(PLACES))('%s', (_, [ask, where, pointer]) => {
  it.each([
    ['zero width', 'pr\u200bod', 'must not contain U+200B at character '],
    ['bidirectional', 'pr\u202eod', 'must not contain U+202E at character '],
  ])('422: %s, with the character and its place', async (_kind, name, fault) => {
    const { status, body } = await ask(name);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'invalid' });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toMatchObject({ in: where, pointer: pointer.replace('%', name) });
    expect(body.errors[0].message).toContain(fault);
  });

  it('422: a space at its end', async () => {
    const { status, body } = await ask('prod ');
    // A principal has a rule of its own.
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'invalid' });
    expect(body.errors[0].message).toMatch(/space/);
  });

  it('passes with an ordinary name in any script', async () => {
    expect((await ask(`größe 模型 ${freshName('x')}`)).status).toBeLessThan(300);
  });
});

describe('names of earlier releases', () => {
  const hidden = (name: string) => `${name}\u200b`;

  it('of models, versions and aliases are found, changed and deleted', async () => {
    const { id, name } = await newModel(server, { namespace: freshName('old'), tags: ['t'] });
    await server.db.requests.query('UPDATE models SET name = $2, tags = $3 WHERE id = $1', [
      id,
      hidden(name),
      [hidden('t')],
    ]);
    const namespace = (await api('GET', `/v1/models/${id}`)).body.namespace;
    const model = `/v1/models/${ref(`${namespace}/${hidden(name)}`)}`;
    expect((await api('GET', model)).body).toMatchObject({ id, tags: [hidden('t')] });
    expect((await api('POST', '/v1/models', { namespace, name: hidden(name) })).status).toBe(200);
    expect((await api('PATCH', model, { description: 'old' })).status).toBe(200);
    expect((await api('PATCH', model, { tags: [hidden('t'), 'new'] })).body.tags).toContain(hidden('t'));
    const added = await api('PATCH', model, { tags: [hidden('t'), hidden('new')] });
    expect(added.body.errors).toMatchObject([{ pointer: '/tags/1' }]);
    const filter = encodeURIComponent(`'${hidden('t')}' IN tags`);
    expect((await api('GET', `/v1/models?namespace=${namespace}&filter=${filter}`)).body.items).toHaveLength(
      1,
    );
    await api('POST', `${model}/versions`, { version: 'v1', files: [] });
    await server.db.requests.query('UPDATE versions SET version = $2 WHERE model_id = $1', [
      id,
      hidden('v1'),
    ]);
    const version = `/v1/versions/${ref(`${namespace}/${hidden(name)}:${hidden('v1')}`)}`;
    expect((await api('GET', version)).status).toBe(200);
    expect((await api('PUT', `${model}/aliases/prod`, { version: hidden('v1') })).status).toBe(201);
    await server.db.requests.query('UPDATE aliases SET name = $2 WHERE model_id = $1', [id, hidden('prod')]);
    const alias = `${model}/aliases/${ref(hidden('prod'))}`;
    expect((await api('GET', alias)).status).toBe(200);
    expect((await api('PUT', alias, { version: hidden('v1') })).status).toBe(200);
    expect((await api('DELETE', alias)).status).toBe(204);
    expect((await api('DELETE', version)).status).toBe(204);
    expect((await api('DELETE', model)).status).toBe(204);
  });

  it('of namespaces still accept new objects', async () => {
    const namespace = freshName('old');
    await newModel(server, { namespace });
    await server.db.requests.query('UPDATE namespaces SET path = $2 WHERE path = $1', [
      namespace,
      hidden(namespace),
    ]);
    const made = await api('POST', '/v1/models', { namespace: hidden(namespace), name: 'new' });
    expect(made.status).toBe(201);
    expect((await api('GET', `/v1/namespaces/${ref(hidden(namespace))}`)).status).toBe(200);
  });

  it('of files and metrics are read, replaced and deleted', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    await api('PUT', `${path}/files/a`, 'content');
    await api('POST', `${path}/metrics`, { metrics: [{ key: 'acc', value: 1 }] });
    await server.db.requests.query('UPDATE files SET path = $2 WHERE object_id = $1', [id, hidden('a')]);
    await server.db.requests.query('UPDATE metric_series SET key = $2 WHERE object_id = $1', [
      id,
      hidden('acc'),
    ]);
    const file = `${path}/files/${ref(hidden('a'))}`;
    expect((await api('GET', file)).body).toBe('content');
    expect((await api('PUT', file, 'other content')).status).toBe(200);
    expect((await api('DELETE', file)).status).toBe(204);
    const log = (...keys: string[]) =>
      api('POST', `${path}/metrics`, { metrics: keys.map((key) => ({ key, value: 2, step: 1 })) });
    expect((await log(hidden('acc'), 'loss')).status).toBe(200);
    const refused = await log(hidden('acc'), hidden('loss'));
    expect(refused.body.errors).toMatchObject([{ pointer: '/metrics/1/key' }]);
    expect((await api('GET', `${path}/metrics?key=${ref(hidden('acc'))}`)).body.items).toHaveLength(2);
  });
});
