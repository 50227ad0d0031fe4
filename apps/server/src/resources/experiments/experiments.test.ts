import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newExperiment } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const RUN = {
  namespace: 'ai/vision/',
  name: 'resnet-run',
  owner: 'owner@email.com',
  task: 'object_detection',
  framework: 'pytorch',
  externalId: 'wandb/abc',
  status: 'running',
  metadata: { lr: 0.1 },
  tags: ['gold', 'a', 'gold'],
};

describe('POST /v1/experiments', () => {
  it('returns 201 with all fields in canonical form, and records one change', async () => {
    const created = await server.api('POST', '/v1/experiments', RUN);
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      ...RUN,
      source: null,
      namespace: 'ai/vision',
      tags: ['a', 'gold'],
      metrics: {},
      evaluations: {},
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      createdBy: 'local',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: created.body.createdAt,
      deletedAt: null,
    });
    expect(created.headers.get('etag')).toBe('"1"');
    const changes = await changesOf(server, created.body.id);
    expect(changes).toMatchObject([{ action: 'created', before: null, after: { name: 'resnet-run' } }]);
  });

  it('returns 200 with the existing experiment, whatever else is sent', async () => {
    const again = await server.api('POST', '/v1/experiments', { ...RUN, owner: 'other', tags: [] });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ owner: 'owner@email.com', tags: ['a', 'gold'] });
    expect(await changesOf(server, again.body.id)).toHaveLength(1);
  });

  it('needs only namespace and name, and is running by default', async () => {
    const created = await newExperiment(server);
    expect(created).toMatchObject({
      status: 'running',
      owner: null,
      externalId: null,
      metadata: {},
      tags: [],
    });
  });

  it('creates one experiment for two concurrent requests', async () => {
    const body = { namespace: 'race/new', name: freshName('run') };
    const both = await Promise.all([1, 2, 3, 4].map(() => server.api('POST', '/v1/experiments', body)));
    expect(both.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    expect(new Set(both.map((answer) => answer.body.id)).size).toBe(1);
  });

  it.each([
    ['namespace is required', { name: 'x' }, '/namespace'],
    ['name is required', { namespace: 'a' }, '/name'],
    ['an unknown field is named', { namespace: 'a', name: 'x', lr: 1 }, '/lr'],
    ['a status that is none', { namespace: 'a', name: 'x', status: 'done' }, '/status'],
    ['a name with a slash', { namespace: 'a', name: 'x/y' }, '/name'],
    ['a name like a UUID', { namespace: 'a', name: '01890a5d-ac96-774b-bcce-b302099a8057' }, '/name'],
    ['a framework in upper case', { namespace: 'a', name: 'x', framework: 'PyTorch' }, '/framework'],
    ['metadata that is no object', { namespace: 'a', name: 'x', metadata: [] }, '/metadata'],
  ])('returns 422 for %s', async (_, body, pointer) => {
    const refused = await server.api('POST', '/v1/experiments', body);
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });
});

describe('/v1/experiments/{experiment}', () => {
  it('reads by id and by name', async () => {
    const made = await newExperiment(server);
    const byId = await server.api('GET', `/v1/experiments/${made.id}`);
    const byName = await server.api('GET', `/v1/experiments/${ref(`ai/vision/${made.name}`)}`);
    expect(byId.body).toEqual(made);
    expect(byName.body).toEqual(made);
  });

  it('returns 404 if there is none', async () => {
    expect((await server.api('GET', `/v1/experiments/${ref('ai/vision/none')}`)).status).toBe(404);
  });

  it('applies a merge patch; a patch that changes nothing writes nothing', async () => {
    const made = await newExperiment(server, { owner: 'me', metadata: { a: 1, b: { c: 1, d: 2 } } });
    const path = `/v1/experiments/${made.id}`;
    const changed = await server.api(
      'PATCH',
      path,
      { owner: null, status: 'finished', metadata: { a: null, b: { c: 3 } }, tags: ['z'] },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ owner: null, status: 'finished', tags: ['z'] });
    expect(changed.body.metadata).toEqual({ b: { c: 3, d: 2 } });
    expect(changed.headers.get('etag')).toBe('"2"');
    const same = await server.api('PATCH', path, { status: 'finished' });
    expect(same.headers.get('etag')).toBe('"2"');
    const [created, updated, ...more] = await changesOf(server, made.id);
    expect(more).toEqual([]);
    expect(updated?.action).toBe('updated');
    expect(updated?.before).toEqual(created?.after);
  });

  it.each(['namespace', 'name', 'id', 'createdAt'])('returns 422 for a patch of "%s"', async (field) => {
    const made = await newExperiment(server);
    const refused = await server.api('PATCH', `/v1/experiments/${made.id}`, { [field]: made[field] });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe(`/${field}`);
  });

  it('returns 412 for a stale If-Match, and changes nothing', async () => {
    const made = await newExperiment(server);
    const path = `/v1/experiments/${made.id}`;
    const first = await server.api('PATCH', path, { owner: 'a' }, { 'if-match': '"1"' });
    expect(first.status).toBe(200);
    for (const [method, body] of [['PATCH', { owner: 'b' }], ['DELETE']] as const) {
      const stale = await server.api(method, path, body, { 'if-match': '"1"' });
      expect(stale.status).toBe(412);
      expect(stale.body.code).toBe('stale');
    }
    expect((await server.api('GET', path)).body.owner).toBe('a');
  });

  it('keeps the ETag for metrics, events and files', async () => {
    const made = await newExperiment(server);
    const path = `/v1/experiments/${made.id}`;
    await server.api('POST', `${path}/metrics`, { metrics: [{ key: 'a', value: 1 }] });
    await server.api('POST', `${path}/events`, { name: 'started', source: 'trainer' });
    await server.api('POST', `${path}/files`, { files: ['s3://bucket/a.txt'] });
    const read = await server.api('GET', path);
    expect(read.headers.get('etag')).toBe('"1"');
    expect(read.body.metrics).toEqual({ a: 1 });
  });

  it('returns 404 after a delete, with its checkpoints, keeps the name, and restores everything', async () => {
    const made = await newExperiment(server);
    const checkpoint = await newCheckpoint(server, {}, made);
    const path = `/v1/experiments/${made.id}`;
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('DELETE', path)).status).toBe(204);
    const gone = await server.api('GET', path);
    expect(gone.status).toBe(404);
    expect(gone.body).toMatchObject({ code: 'not_found', id: made.id });
    expect((await server.api('GET', `/v1/checkpoints/${checkpoint.id}`)).status).toBe(404);
    expect((await server.api('POST', `${path}/checkpoints`, { epoch: 2 })).status).toBe(404);
    expect((await server.api('POST', `${path}/metrics`, { metrics: [{ key: 'a', value: 1 }] })).status).toBe(
      404,
    );
    const taken = await server.api('POST', '/v1/experiments', { namespace: 'ai/vision', name: made.name });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ code: 'deleted', id: made.id });
    const shown = await server.api('GET', `${path}?includeDeleted=true`);
    expect(shown.body.deletedAt).toMatch(/Z$/);
    expect((await server.api('POST', `${path}/restore`)).status).toBe(200);
    expect((await server.api('POST', `${path}/restore`, {})).status).toBe(200);
    expect((await server.api('GET', `/v1/checkpoints/${checkpoint.id}`)).status).toBe(200);
    const actions = (await changesOf(server, made.id)).map((change) => change.action);
    expect(actions).toEqual(['created', 'deleted', 'restored']);
  });
});

describe('GET /v1/experiments', () => {
  it('lists a namespace and those below it, filtered and ordered by metrics', async () => {
    for (const [name, loss] of [
      ['one', 0.3],
      ['two', 'NaN'],
      ['three', 0.1],
      ['four', undefined],
    ] as const) {
      const made = await newExperiment(server, { namespace: 'lists/a', name });
      const path = `/v1/experiments/${made.id}/metrics`;
      if (loss !== undefined) await server.api('POST', path, { metrics: [{ key: 'loss', value: loss }] });
    }
    await newExperiment(server, { namespace: 'lists', name: 'top', externalId: 'x-1' });
    const names = async (query: string) =>
      (await server.api('GET', `/v1/experiments?${query}`)).body.items.map((item: any) => item.name);
    expect(await names('namespace=lists')).toEqual(['top']);
    expect(await names(`namespace=lists/&recursive=true&limit=2`)).toEqual(['top', 'four']);
    expect(await names(`namespace=lists/a&orderBy=${ref('metrics.loss')}`)).toEqual([
      'three',
      'one',
      'two',
      'four',
    ]);
    expect(await names(`namespace=lists/a&orderBy=${ref('metrics.loss DESC')}`)).toEqual([
      'one',
      'three',
      'two',
      'four',
    ]);
    expect(await names(`namespace=lists/a&filter=${ref('metrics.loss < 0.2')}`)).toEqual(['three']);
    expect(await names(`filter=${ref("externalId = 'x-1'")}`)).toEqual(['top']);
    expect(await names('namespace=none')).toEqual([]);
  });

  it('shows each existing experiment once in pages, while others are created', async () => {
    for (let i = 0; i < 7; i++) await newExperiment(server, { namespace: 'paged', name: `p${i}` });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.api('GET', `/v1/experiments?namespace=paged&limit=3${cursor}`);
      seen.push(...body.items.map((item: any) => item.name));
      await newExperiment(server, { namespace: 'paged', name: freshName('later') });
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  });

  it('returns 422 for an invalid cursor, an invalid limit and a duplicate parameter', async () => {
    for (const query of ['cursor=abc', 'limit=0', 'limit=1001', 'limit=1&limit=2', 'nope=1', 'filter=%27'])
      expect((await server.api('GET', `/v1/experiments?${query}`)).status, query).toBe(422);
  });
});
