import { type Route, type RouteId, routeList, takesIdempotencyKey } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newCheckpoint, newExperiment, newModel, newVersion } from '../../../testing/objects.ts';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { atOnce } from '../../../testing/races.ts';
import { ref, startTestServer, type TestAnswer, type TestServer } from '../../../testing/test-server.ts';
import { newUpload, putAll, sha256 } from '../../../testing/uploads.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;

interface Scene {
  readonly path: string;
  readonly body?: object;
  /** The same request with another body. */
  readonly other?: object;
  readonly status: number;
}
type Make = () => Promise<Scene>;

const deletable = (kind: string, make: () => Promise<{ id: string }>): Record<string, Make> => ({
  [`${kind}s.delete`]: async () => ({ path: `/v1/${kind}s/${(await make()).id}`, status: 204 }),
  [`${kind}s.restore`]: async () => {
    const { id } = await make();
    await server.api('DELETE', `/v1/${kind}s/${id}`);
    return { path: `/v1/${kind}s/${id}/restore`, status: 200 };
  },
  [`${kind}s.update`]: async () => ({
    path: `/v1/${kind}s/${(await make()).id}`,
    body: { metadata: { a: 1 } },
    other: { metadata: { a: 2 } },
    status: 200,
  }),
  [`${kind}s.metadata.update`]: async () => ({
    path: `/v1/${kind}s/${(await make()).id}/metadata`,
    body: { a: 1 },
    other: { a: 2 },
    status: 200,
  }),
  [`${kind}s.metrics.log`]: async () => ({
    path: `/v1/${kind}s/${(await make()).id}/metrics`,
    body: { metrics: [{ key: 'a', value: 1, dataset: freshName('set') }] },
    other: { metrics: [{ key: 'a', value: 2 }] },
    status: 200,
  }),
  [`${kind}s.events.create`]: async () => ({
    path: `/v1/${kind}s/${(await make()).id}/events`,
    body: { name: 'started', source: 'trainer' },
    other: { name: 'ended', source: 'trainer' },
    status: 201,
  }),
  [`${kind}s.files.track`]: async () => ({
    path: `/v1/${kind}s/${(await make()).id}/files`,
    body: { files: ['s3://b/a.bin'] },
    other: { files: ['s3://b/b.bin'] },
    status: 200,
  }),
  [`${kind}s.files.attach`]: async () => {
    const [source, content] = [await newModel(server), Buffer.from(freshName('content'))];
    await server.api('PUT', `/v1/models/${source.id}/files/a`, content);
    const attach = (path: string) => ({ files: [{ path, sha256: sha256(content) }] });
    const path = `/v1/${kind}s/${(await make()).id}/files/attach`;
    return { path, body: attach('a.bin'), other: attach('b.bin'), status: 200 };
  },
  [`${kind}s.files.delete`]: async () => {
    const { id } = await make();
    await server.api('POST', `/v1/${kind}s/${id}/files`, { files: ['s3://b/a.bin'] });
    return { path: `/v1/${kind}s/${id}/files/a.bin`, status: 204 };
  },
});

const held = async () => {
  const version = await newVersion(server, { files: [], aliases: ['prod'] });
  const body = { version: 'v2', files: [] };
  await server.api('POST', `/v1/models/${version.modelId}/versions`, body);
  return version;
};

const policyScene = (owner: string): Scene => ({
  path: `${owner}/policy`,
  body: { label: [] },
  other: { label: [], evaluate: [] },
  status: 200,
});

type Holdable = 'versions' | 'checkpoints';
const holdScene = (kind: Holdable, { id }: { id: string }): Scene => ({
  path: `/v1/${kind}/${id}/hold`,
  body: { reason: 'a' },
  other: { reason: 'b' },
  status: 200,
});
const releaseScene = async (kind: Holdable, { id }: { id: string }): Promise<Scene> => {
  const path = `/v1/${kind}/${id}/hold`;
  await server.api('PUT', path, { reason: 'a' });
  return { path, status: 204 };
};
const proposalScene = async (verb: 'approve' | 'reject'): Promise<Scene> => {
  const { decideAll, modelWith, newVersion: add } = policyTests(() => server);
  const model = await modelWith({ label: [{ ...champion, mode: 'propose' }] });
  await add(model, 'v1', [onVal(1)]);
  await decideAll();
  const { body } = await server.api('GET', `${model.url}/proposals`);
  const path = `/v1/proposals/${body.items[0].id}/${verb}`;
  return { path, body: {}, other: { reason: 'x' }, status: 200 };
};

/** A successful request for every mutation that accepts a key. */
const SCENES: Record<string, Make> = {
  'namespaces.update': async () => ({
    path: `/v1/namespaces/${(await newModel(server, { namespace: freshName('n') })).namespace}`,
    body: { description: 'a' },
    other: { description: 'b' },
    status: 200,
  }),
  'namespaces.delete': async () => {
    const { id, namespace } = await newModel(server, { namespace: freshName('n') });
    await server.db.requests.query('DELETE FROM models WHERE id = $1', [id]);
    return { path: `/v1/namespaces/${namespace}`, status: 204 };
  },
  'models.create': async () => {
    const body = { namespace: freshName('n'), name: 'm' };
    return { path: '/v1/models', body, other: { ...body, owner: 'x' }, status: 201 };
  },
  'experiments.create': async () => {
    const body = { namespace: freshName('n'), name: 'm' };
    return { path: '/v1/experiments', body, other: { ...body, owner: 'x' }, status: 201 };
  },
  'datasets.create': async () => {
    const body = { namespace: freshName('n'), name: 'd' };
    return { path: '/v1/datasets', body, other: { ...body, digest: 'x' }, status: 201 };
  },
  'datasets.update': async () => {
    const made = await server.api('POST', '/v1/datasets', { namespace: 'n', name: freshName('d') });
    return {
      path: `/v1/datasets/${made.body.id}`,
      body: { digest: 'a' },
      other: { digest: 'b' },
      status: 200,
    };
  },
  'models.versions.create': async () => ({
    path: `/v1/models/${(await newModel(server)).id}/versions`,
    body: { version: 'v1', files: [], aliases: ['prod'] },
    other: { version: 'v1' },
    status: 201,
  }),
  'versions.finalize': async () => ({
    path: `/v1/versions/${(await newVersion(server)).id}/finalize`,
    status: 200,
  }),
  'models.aliases.set': async () => {
    const version = await held();
    const path = `/v1/models/${version.modelId}/aliases/champion`;
    return { path, body: { version: 'v1' }, other: { version: 'v2' }, status: 201 };
  },
  'models.aliases.delete': async () => ({
    path: `/v1/models/${(await held()).modelId}/aliases/prod`,
    status: 204,
  }),
  'models.aliases.rollback': async () => {
    const { modelId } = await held();
    const path = `/v1/models/${modelId}/aliases/prod`;
    for (const version of ['v2', 'v1']) await server.api('PUT', path, { version });
    return { path: `${path}/rollback`, body: {}, other: { reason: 'x' }, status: 200 };
  },
  'experiments.checkpoints.create': async () => ({
    path: `/v1/experiments/${(await newExperiment(server)).id}/checkpoints`,
    body: { epoch: 1 },
    other: { epoch: 2 },
    status: 201,
  }),
  'checkpoints.finalize': async () => ({
    path: `/v1/checkpoints/${(await newCheckpoint(server)).id}/finalize`,
    status: 200,
  }),
  'checkpoints.promote': async () => {
    const model = await newModel(server);
    const { id } = await newCheckpoint(server, { files: [] });
    const body = { model: model.id, version: 'v1' };
    return { path: `/v1/checkpoints/${id}/promote`, body, other: { ...body, version: 'v2' }, status: 201 };
  },
  'uploads.create': async () => {
    const body = { experiment: (await newExperiment(server)).id, path: 'a.bin', sizeBytes: 10 };
    return { path: '/v1/uploads', body, other: { ...body, sizeBytes: 11 }, status: 201 };
  },
  'uploads.abort': async () => {
    const { id } = await newUpload(server, 'experiment', await newExperiment(server), Buffer.from('x'));
    return { path: `/v1/uploads/${id}`, status: 204 };
  },
  'uploads.complete': async () => {
    const content = Buffer.from(freshName('content'));
    const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
    await putAll(server, upload, content);
    const body = { sha256: sha256(content) };
    return { path: `/v1/uploads/${upload.id}/complete`, body, other: {}, status: 200 };
  },
  'models.policy.set': async () => policyScene(`/v1/models/${(await newModel(server)).id}`),
  'namespaces.policy.set': async () =>
    policyScene(`/v1/namespaces/${(await newModel(server, { namespace: freshName('n') })).namespace}`),
  'versions.hold.set': async () => holdScene('versions', await newVersion(server)),
  'versions.hold.delete': async () => releaseScene('versions', await newVersion(server)),
  'checkpoints.hold.set': async () => holdScene('checkpoints', await newCheckpoint(server)),
  'checkpoints.hold.delete': async () => releaseScene('checkpoints', await newCheckpoint(server)),
  'proposals.approve': () => proposalScene('approve'),
  'proposals.reject': () => proposalScene('reject'),
  'tokens.revoke': async () => {
    const made = await server.api('POST', '/v1/tokens', { name: freshName('t'), principal: 'user:x' });
    return { path: `/v1/tokens/${made.body.id}`, status: 204 };
  },
  'namespaces.grants.set': async () => ({
    path: `/v1/namespaces/${freshName('n')}/grants/user:x`,
    body: { role: 'viewer' },
    other: { role: 'admin' },
    status: 200,
  }),
  'namespaces.grants.delete': async () => {
    const path = `/v1/namespaces/${freshName('n')}/grants/user:x`;
    await server.api('PUT', path, { role: 'viewer' });
    return { path, status: 204 };
  },
  'models.protectedAliases.set': async () => protectionScene(`/v1/models/${(await newModel(server)).id}`),
  'models.protectedAliases.delete': async () => unprotectScene(`/v1/models/${(await newModel(server)).id}`),
  'namespaces.protectedAliases.set': async () => protectionScene(await newNamespacePath()),
  'namespaces.protectedAliases.delete': async () => unprotectScene(await newNamespacePath()),
  'models.protectedAliases.rules.allow': () => allowScene('models'),
  'models.protectedAliases.rules.withdraw': () => withdrawScene('models'),
  'namespaces.protectedAliases.rules.allow': () => allowScene('namespaces'),
  'namespaces.protectedAliases.rules.withdraw': () => withdrawScene('namespaces'),
  ...deletable('model', () => newModel(server)),
  ...deletable('version', () => newVersion(server)),
  ...deletable('experiment', () => newExperiment(server)),
  ...deletable('checkpoint', () => newCheckpoint(server)),
};

const newNamespacePath = async () =>
  `/v1/namespaces/${(await newModel(server, { namespace: freshName('n') })).namespace}`;
const protectionScene = (owner: string) => ({
  path: `${owner}/protected-aliases/prod`,
  body: { by: 'rule' },
  other: { by: 'proposal' },
  status: 200,
});
async function unprotectScene(owner: string) {
  const { path, body } = protectionScene(owner);
  await server.api('PUT', path, body);
  return { path, status: 204 };
}

async function allowScene(kind: 'models' | 'namespaces'): Promise<Scene> {
  const { id, namespace } = await newModel(server, { namespace: freshName('n') });
  const rule = { name: 'best', alias: 'prod', metric: 'mAP', direction: 'max' };
  await server.api('PUT', `/v1/models/${id}/policy`, { label: [rule] });
  const protection = protectionScene(kind === 'models' ? `/v1/models/${id}` : `/v1/namespaces/${namespace}`);
  await server.api('PUT', protection.path, protection.body);
  const { body } = await server.api('GET', `${protection.path}/rules`);
  expect(body.items, JSON.stringify(body)).toHaveLength(1);
  const [{ policy, digest }] = body.items;
  const path = `${protection.path}/rules/${policy.id}`;
  return { path, body: { digest }, other: { digest: sha256(Buffer.from('another rule')) }, status: 200 };
}
async function withdrawScene(kind: 'models' | 'namespaces'): Promise<Scene> {
  const { path, body } = await allowScene(kind);
  await server.api('PUT', path, body);
  return { path, status: 204 };
}

/** A replay cannot return the secret of a token, so tokens have their own tests. */
const mutations = routeList.filter(
  (route) => takesIdempotencyKey(route) && !route.public && route.id !== 'tokens.create',
);
const count = async (table: string): Promise<number> =>
  Number((await server.db.requests.query(`SELECT count(*) FROM ${table}`)).rows[0].count);
const send = (route: Route, path: string, body: object | undefined, key: string) =>
  server.api(route.method, path, body, { 'idempotency-key': key });
const sceneOf = (route: Route): Promise<Scene> => (SCENES[route.id] as Make)();

it('tests every mutation', () => {
  expect(Object.keys(SCENES).sort()).toEqual(mutations.map((route) => route.id as RouteId).sort());
});

describe.each(mutations.map((route) => [route.id, route] as const))('%s', (_, route) => {
  it('runs once for two requests with one key, repeats the status, and returns 422 for another body', async () => {
    const { path, body, other, status } = await sceneOf(route);
    const key = freshName('key');
    const first = await send(route, path, body, key);
    expect(first.status, JSON.stringify(first.body)).toBe(status);
    const changes = await count('changes');
    expect(changes).toBeGreaterThan(0);
    const again = await send(route, path, body, key);
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    if (other) {
      const refused = await send(route, path, other, key);
      expect(refused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    }
    expect(await count('changes')).toBe(changes);
  });
});

/** All these kinds share one code path for writes, so a few of them race here. */
const raced = mutations.filter(
  ({ id }) =>
    !/^(model|experiment|checkpoint)s\.(?!create|finalize|promote|versions|aliases|checkpoints|metrics\.log)/.test(
      id,
    ),
);

describe.each(raced.map((route) => [route.id, route] as const))('%s', (_, route) => {
  it('runs once for four concurrent requests with one key, with one status', async () => {
    const { path, body, status } = await sceneOf(route);
    const before = await count('changes');
    const key = freshName('key');
    const answers: TestAnswer[] = await atOnce(4, () => send(route, path, body, key));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    const { rows } = await server.db.requests.query(
      'SELECT object_id, action FROM changes ORDER BY id DESC LIMIT $1',
      [(await count('changes')) - before],
    );
    const made = rows.map((row) => `${row.object_id} ${row.action}`);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('a key', () => {
  const create = (name: string, key: string, more: object = {}) =>
    server.api('POST', '/v1/models', { namespace: 'keys', name, ...more }, { 'idempotency-key': key });

  it('is kept for a day by the clock of the server', async () => {
    const [name, key] = [freshName('m'), freshName('key')];
    expect((await create(name, key)).status).toBe(201);
    server.advance(DAY - 60_000);
    expect((await create(name, key)).status).toBe(201);
    expect((await create(name, key, { owner: 'x' })).status).toBe(422);
    server.advance(120_000);
    expect((await create(name, key, { owner: 'x' })).status).toBe(200);
    expect((await create(name, key, { owner: 'x' })).status).toBe(200);
    expect((await create(name, key)).status).toBe(422);
  });

  it('is not kept after a failure: 404, 409, 412 and 422', async () => {
    const version = await newVersion(server, { files: [], aliases: ['prod'] });
    const path = `/v1/versions/${version.id}`;
    const key = { 'idempotency-key': freshName('key') };
    const before = await count('idempotency_receipts');
    expect((await server.api('DELETE', path, undefined, { ...key, 'if-match': '"9"' })).status).toBe(412);
    expect((await server.api('DELETE', path, undefined, key)).status).toBe(409);
    expect((await server.api('PATCH', path, { nope: 1 }, key)).status).toBe(422);
    const alias = `/v1/models/${version.modelId}/aliases/prod`;
    expect((await server.api('PUT', alias, { version: 'none' }, key)).status).toBe(404);
    expect((await server.api('PUT', alias, { version: 'v1', expect: null }, key)).status).toBe(412);
    expect(await count('idempotency_receipts')).toBe(before);
    await server.api('DELETE', alias, undefined, key);
    expect((await server.api('DELETE', path, undefined, key)).status).toBe(204);
    expect(await count('idempotency_receipts')).toBe(before + 2);
  });

  it('belongs to one method and path, and to every body with equal JSON', async () => {
    const [one, two] = [await newModel(server), await newModel(server)];
    const key = { 'idempotency-key': freshName('key') };
    for (const { id } of [one, two]) {
      const patched = await server.api('PATCH', `/v1/models/${id}`, { owner: 'a', tags: ['x'] }, key);
      expect(patched.body).toMatchObject({ id, owner: 'a' });
      expect((await server.api('PATCH', `/v1/models/${id}`, { tags: ['x'], owner: 'a' }, key)).status).toBe(
        200,
      );
      expect((await server.api('DELETE', `/v1/models/${id}`, undefined, key)).status).toBe(204);
    }
  });

  it('replays with the current state of the object, and the current rights of the caller', async () => {
    const [name, key] = [freshName('m'), freshName('key')];
    const made = await create(name, key);
    await server.api('PATCH', `/v1/models/${made.body.id}`, { owner: 'later' });
    const again = await create(name, key);
    expect([again.status, again.body.owner, again.headers.get('etag')]).toEqual([201, 'later', '"2"']);
    const patch = { 'idempotency-key': freshName('key') };
    await server.api('PATCH', `/v1/models/${made.body.id}`, { owner: 'x' }, patch);
    await server.api('DELETE', `/v1/models/${made.body.id}`);
    expect((await server.api('PATCH', `/v1/models/${made.body.id}`, { owner: 'x' }, patch)).status).toBe(404);
  });

  it('replays a request with If-Match, even if the object has changed since', async () => {
    const made = await newModel(server);
    const headers = { 'idempotency-key': freshName('key'), 'if-match': '"1"' };
    for (let i = 0; i < 2; i++) {
      const patched = await server.api('PATCH', `/v1/models/${made.id}`, { owner: 'x' }, headers);
      expect([patched.status, patched.headers.get('etag')]).toEqual([200, '"2"']);
    }
  });

  it('does not change that a repeated create is 200 under another key', async () => {
    const name = freshName('m');
    const answers = await atOnce(6, (i) => create(name, `${name}-${i}`));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    for (const [i, answer] of answers.entries())
      expect((await create(name, `${name}-${i}`)).status).toBe(answer.status);
  });

  it('is 422 if it is empty, too long or has spaces', async () => {
    for (const key of ['', 'a b', 'x'.repeat(256)]) expect((await create('m', key)).status).toBe(422);
    expect((await create(freshName('m'), ref('x'.repeat(255)))).status).toBe(201);
  });
});
