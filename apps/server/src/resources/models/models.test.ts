import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newModel, newVersion } from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const pathOf = ({ id }: { id: string }) => `/v1/models/${id}`;

describe('POST /v1/models', () => {
  it('returns 201, and creates the model, its namespace and parent namespaces', async () => {
    const created = await server.api('POST', '/v1/models', {
      namespace: 'ai/vision/',
      name: 'yolo',
      owner: 'owner@email.com',
      task: 'object_detection',
      metadata: { meta: 'foo' },
      tags: ['b', 'a', 'b'],
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      namespace: 'ai/vision',
      name: 'yolo',
      owner: 'owner@email.com',
      task: 'object_detection',
      description: null,
      metadata: { meta: 'foo' },
      tags: ['a', 'b'],
      metrics: {},
      evaluations: {},
      createdBy: 'local',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: created.body.createdAt,
      deletedAt: null,
    });
    expect(created.headers.get('etag')).toBe('"1"');
    const namespaces = await server.api('GET', '/v1/namespaces');
    expect(namespaces.body['items'].map((n: { path: string }) => n.path)).toEqual(['ai', 'ai/vision']);
  });

  it('returns 200 with the existing model, and changes nothing', async () => {
    const again = await server.api('POST', '/v1/models', {
      namespace: 'ai/vision',
      name: 'yolo',
      owner: 'other',
    });
    expect(again.status).toBe(200);
    expect(again.body['owner']).toBe('owner@email.com');
    const read = await server.api('GET', `/v1/models/${ref('ai/vision/yolo')}`);
    expect(read.body).toEqual(again.body);
    expect(await changesOf(server, read.body.id)).toHaveLength(1);
  });

  it('needs only namespace and name', async () => {
    const made = await newModel(server, { namespace: 'alone' });
    expect(made).toMatchObject({ owner: null, task: null, description: null, metadata: {}, tags: [] });
    expect(made.tags).toEqual([]);
  });

  it.each([
    [{ name: 'x' }, '/namespace'],
    [{ namespace: 'a' }, '/name'],
    [{ namespace: 'a', name: 'x', nmae: 1 }, '/nmae'],
    [{ namespace: 'a', name: 'x/y' }, '/name'],
    [{ namespace: 'a', name: 'x', tags: ['ok', ''] }, '/tags/1'],
    [{ namespace: 'a', name: 'x', metadata: [] }, '/metadata'],
    [{ namespace: 'a', name: 'x', metadata: { big: 'x'.repeat(65_536) } }, '/metadata'],
    [{ namespace: 'a', name: 'x', owner: 1 }, '/owner'],
    [{ namespace: 'a', name: 'x', id: '0192e4a1-7b3c-7def-8123-456789abcdef' }, '/id'],
  ])('returns 422 for %j, with a pointer to the field', async (body, pointer) => {
    const refused = await server.api('POST', '/v1/models', body);
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.body).toMatchObject({ status: 422, requestId: refused.headers.get('x-request-id') });
    expect(refused.body.errors.map((error: any) => error.pointer)).toEqual([pointer]);
  });

  it('accepts exactly 64 KiB of metadata', async () => {
    const bytes = 65_536 - '{"a":""}'.length;
    const fits = `${'\u00fc'.repeat(bytes / 2)}`;
    await newModel(server, { metadata: { a: fits } });
    const body = { namespace: 'ai', name: freshName('m'), metadata: { a: `${fits}x` } };
    expect((await server.api('POST', '/v1/models', body)).status).toBe(422);
  });

  it('creates one model under concurrency, with 201 once, 200 otherwise, and one change', async () => {
    for (let round = 0; round < 3; round++) {
      const body = { namespace: freshName('race/a'), name: 'yolo' };
      const answers = await atOnce(12, (i) => server.api('POST', '/v1/models', { ...body, owner: `o${i}` }));
      expect(statusesOf(answers)).toEqual([...times(11, 200), 201]);
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
      const winner = answers.findIndex((answer) => answer.status === 201);
      expect(answers[0]?.body.owner).toBe(`o${winner}`);
      expect(await changesOf(server, answers[0]?.body.id)).toHaveLength(1);
    }
  });
});

describe('the path of a model', () => {
  it('is its id in upper or lower case, or namespace and name, percent-encoded, in NFC or NFD', async () => {
    const made = await newModel(server, { namespace: 'n\u00e4he/a b', name: freshName('caf\u00e9 ?#%&+') });
    const name = `${made.namespace}/${made.name}`;
    for (const text of [made.id, made.id.toUpperCase(), name, name.normalize('NFD')])
      expect((await server.api('GET', `/v1/models/${ref(text)}`)).body.id, text).toBe(made.id);
  });

  it.each(['ai', 'ai/vision/none', 'none/yolo', 'ai/vision/yolo@prod', 'ai//yolo', 'ai/vision/', '@'])(
    '404: %j',
    async (text) => {
      const missing = await server.api('GET', `/v1/models/${ref(text)}`);
      expect(missing.status).toBe(404);
      expect(missing.body.code).toBe('not_found');
    },
  );

  it('is 404 for an unknown id, or an id of another kind', async () => {
    const version = await newVersion(server);
    for (const id of ['0192e4a1-7b3c-7def-8123-456789abcdef', version.id])
      expect((await server.api('GET', `/v1/models/${id}`)).status).toBe(404);
  });
});

describe('PATCH /v1/models/{model}', () => {
  it('applies a merge patch: given members replace, null removes, the rest stays', async () => {
    const made = await newModel(server, {
      owner: 'a',
      task: 't',
      tags: ['x'],
      metadata: { keep: 1, drop: 2, deep: { keep: 1, drop: 2 }, list: [1, 2] },
    });
    server.advance(5);
    const patch = {
      owner: null,
      description: 'new',
      tags: ['z', 'y', 'z'],
      metadata: { drop: null, deep: { drop: null, add: [null] }, list: [3] },
    };
    const patched = await server.api('PATCH', pathOf(made), patch);
    expect(patched.body).toEqual({
      ...made,
      owner: null,
      description: 'new',
      tags: ['y', 'z'],
      metadata: { keep: 1, deep: { keep: 1, add: [null] }, list: [3] },
      updatedAt: patched.body.updatedAt,
    });
    expect(patched.body.updatedAt > made.updatedAt).toBe(true);
    expect(patched.headers.get('etag')).toBe('"2"');
    const cleared = await server.api('PATCH', pathOf(made), { tags: null, metadata: null });
    expect(cleared.body).toMatchObject({ tags: [], metadata: {} });
    const [created, updated, emptied] = await changesOf(server, made.id);
    expect(updated).toMatchObject({ action: 'updated', before: created?.after });
    expect(emptied).toMatchObject({ action: 'updated', before: updated?.after });
    expect(updated?.after).toMatchObject({ owner: null, tags: ['y', 'z'] });
  });

  it.each([
    {},
    { owner: 'a' },
    { tags: ['y', 'x', 'x'] },
    { metadata: {} },
    { metadata: { none: null } },
    { metadata: { deep: { b: 1 } } },
    { metadata: { list: [{ long: 1, a: { long: 1, b: 2 } }] } },
    { task: null },
  ])('changes and records nothing if nothing differs: %j', async (patch) => {
    const metadata = { deep: { b: 1, a: 2 }, list: [{ a: { b: 2, long: 1 }, long: 1 }] };
    const made = await newModel(server, { owner: 'a', tags: ['x', 'y'], metadata });
    server.advance(5);
    const same = await server.api('PATCH', pathOf(made), patch);
    expect(same.status).toBe(200);
    expect(same.body).toEqual(made);
    expect(same.headers.get('etag')).toBe('"1"');
    expect(await changesOf(server, made.id)).toHaveLength(1);
  });

  it.each(['namespace', 'name', 'id', 'createdAt', 'deletedAt', 'metrics'])(
    'returns 422 for "%s"',
    async (field) => {
      const made = await newModel(server);
      const refused = await server.api('PATCH', pathOf(made), { [field]: made[field] });
      expect(refused.status).toBe(422);
      expect(refused.body.errors[0].pointer).toBe(`/${field}`);
    },
  );

  it('returns 422 if a patch makes the metadata too large', async () => {
    const made = await newModel(server, { metadata: { a: 'x'.repeat(40_000) } });
    const refused = await server.api('PATCH', pathOf(made), { metadata: { b: 'x'.repeat(40_000) } });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/metadata');
    const part = await server.api('PATCH', `${pathOf(made)}/metadata`, { b: 'x'.repeat(40_000) });
    expect(part.status).toBe(422);
  });

  it('returns 415 for another patch format, and 400 for invalid JSON or no body', async () => {
    const made = await newModel(server);
    const type = { 'content-type': 'application/json-patch+json' };
    expect((await server.api('PATCH', pathOf(made), '[]', type)).status).toBe(415);
    const json = { 'content-type': 'application/json' };
    expect((await server.api('PATCH', pathOf(made), '{', json)).status).toBe(400);
    expect((await server.api('PATCH', pathOf(made))).status).toBe(400);
  });

  it('loses nothing under concurrency', async () => {
    const made = await newModel(server);
    await atOnce(10, (i) => server.api('PATCH', pathOf(made), { metadata: { [`k${i}`]: i } }));
    const read = await server.api('GET', pathOf(made));
    expect(Object.keys(read.body.metadata)).toHaveLength(10);
    expect(read.headers.get('etag')).toBe('"11"');
  });
});

describe('/v1/models/{model}/metadata', () => {
  it('reads and patches only the metadata, with the ETag of the model', async () => {
    const made = await newModel(server, { metadata: { a: { b: 1 } } });
    const path = `${pathOf(made)}/metadata`;
    const read = await server.api('GET', path);
    expect(read.body).toEqual({ a: { b: 1 } });
    expect(read.headers.get('etag')).toBe('"1"');
    const patched = await server.api('PATCH', path, { a: { c: null, d: 'x' } }, { 'if-match': '"1"' });
    expect(patched.body).toEqual({ a: { b: 1, d: 'x' } });
    expect(patched.headers.get('etag')).toBe('"2"');
    expect((await server.api('PATCH', path, {}, { 'if-match': '"1"' })).status).toBe(412);
    expect((await server.api('GET', pathOf(made))).headers.get('etag')).toBe('"2"');
    expect((await changesOf(server, made.id)).map((change) => change.action)).toEqual(['created', 'updated']);
  });
});

describe('deleting and restoring', () => {
  it('includes versions and aliases, keeps the name, and restores everything', async () => {
    const made = await newModel(server);
    const path = pathOf(made);
    const version = await server.api('POST', `${path}/versions`, {
      version: 'v1',
      files: [],
      aliases: ['prod'],
    });
    const reference = `/v1/resolve?ref=${ref(`${made.namespace}/${made.name}@prod`)}`;
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('DELETE', path)).status).toBe(204);
    for (const [method, gone, body] of [
      ['GET', path],
      ['GET', `/v1/models/${ref(`${made.namespace}/${made.name}`)}`],
      ['PATCH', path, { owner: 'x' }],
      ['GET', `${path}/metadata`],
      ['GET', `${path}/versions`],
      ['POST', `${path}/versions`, { version: 'v2' }],
      ['GET', `${path}/aliases`],
      ['PUT', `${path}/aliases/prod`, { version: 'v1' }],
      ['GET', `/v1/versions/${version.body.id}`],
      ['PATCH', `/v1/versions/${version.body.id}`, { name: 'x' }],
      ['GET', reference],
    ] as const) {
      const answer = await server.api(method, gone, body);
      expect([method, gone, answer.status, answer.body.code]).toEqual([method, gone, 404, 'not_found']);
    }
    const shown = await server.api('GET', `${path}?includeDeleted=true`);
    expect(shown.body.deletedAt).toMatch(/Z$/);
    const taken = await server.api('POST', '/v1/models', { namespace: made.namespace, name: made.name });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ code: 'deleted', id: made.id });

    expect((await server.api('POST', `${path}/restore`)).body.deletedAt).toBeNull();
    expect((await server.api('POST', `${path}/restore`, {})).status).toBe(200);
    expect((await server.api('GET', reference)).body.version.id).toBe(version.body.id);
    const changes = await changesOf(server, made.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'deleted', 'restored']);
    expect(changes[1]?.after.deletedAt).toBe(shown.body.deletedAt);
  });

  it('records an unbroken chain of concurrent deletes and restores', async () => {
    const made = await newModel(server);
    const answers = await atOnce(12, (i) =>
      i % 2 ? server.api('DELETE', pathOf(made)) : server.api('POST', `${pathOf(made)}/restore`),
    );
    for (const answer of answers) expect([200, 204]).toContain(answer.status);
    const changes = await changesOf(server, made.id);
    for (const [i, change] of changes.slice(1).entries()) expect(change.before).toEqual(changes[i]?.after);
    const read = await server.api('GET', `${pathOf(made)}?includeDeleted=true`);
    expect(read.headers.get('etag')).toBe(`"${changes.length}"`);
    expect(read.body.deletedAt).toBe(changes.at(-1)?.after.deletedAt);
  });
});
