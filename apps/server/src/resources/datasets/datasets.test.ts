import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newExperiment, newModel } from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const get = (dataset: string) => server.api('GET', `/v1/datasets/${ref(dataset)}`);
const versionOf = (model: { id: string }, body: object) =>
  server.api('POST', `/v1/models/${model.id}/versions`, { version: freshName('v'), ...body });

describe('POST /v1/datasets', () => {
  it('returns 201, then 200 with the existing dataset', async () => {
    const body = {
      namespace: 'data/',
      name: 'coco',
      uri: 's3://bucket/coco',
      digest: 'sha256:1',
      metadata: { rows: 3 },
    };
    const made = await server.api('POST', '/v1/datasets', body);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      ...body,
      namespace: 'data',
      id: expect.any(String),
      createdBy: 'local',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: made.body.createdAt,
    });
    expect(made.headers.get('etag')).toBe('"1"');
    const again = await server.api('POST', '/v1/datasets', { ...body, digest: 'other', uri: null });
    expect(again.status).toBe(200);
    expect(again.body).toEqual(made.body);
    for (const name of ['data/coco', made.body.id]) expect((await get(name)).body).toEqual(made.body);
    expect(await changesOf(server, made.body.id)).toHaveLength(1);
  });

  it('creates one dataset for concurrent requests', async () => {
    const body = { namespace: 'data', name: freshName('raced') };
    const answers = await atOnce(8, () => server.api('POST', '/v1/datasets', body));
    expect(statusesOf(answers)).toEqual([...times(7, 200), 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });

  it.each([
    [{ name: 'a/b' }, '/name'],
    [{ uri: 'https://user:pass@host/x' }, '/uri'],
    [{ uri: 'javascript:alert(1)' }, '/uri'],
    [{ uri: 'data:text/plain,x' }, '/uri'],
    [{ uri: 'relative/path' }, '/uri'],
    [{ digest: '' }, '/digest'],
    [{ owner: 'x' }, '/owner'],
  ])('returns 422 for %j', async (fields, pointer) => {
    const refused = await server.api('POST', '/v1/datasets', { namespace: 'data', name: 'bad', ...fields });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe(pointer);
  });
});

describe('PATCH /v1/datasets/{dataset}', () => {
  it('changes uri, digest and metadata, never the name, and returns 412 for a stale If-Match', async () => {
    const made = await server.api('POST', '/v1/datasets', { namespace: 'data', name: freshName('d') });
    const path = `/v1/datasets/${made.body.id}`;
    const patch = { uri: 'gs://b/x', digest: 'd2', metadata: { a: 1 } };
    const patched = await server.api('PATCH', path, patch, { 'if-match': '"1"' });
    expect(patched.body).toMatchObject(patch);
    expect(patched.headers.get('etag')).toBe('"2"');
    expect((await server.api('PATCH', path, { uri: null }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await server.api('PATCH', path, { uri: 'data:,x' })).status).toBe(422);
    expect((await server.api('PATCH', path, { name: 'x' })).status).toBe(422);
    expect((await server.api('PATCH', path, { digest: null })).body.digest).toBeNull();
    const changes = await changesOf(server, made.body.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'updated', 'updated']);
    for (const [i, change] of changes.slice(1).entries()) expect(change.before).toEqual(changes[i]?.after);
  });
});

describe('a mention', () => {
  it('creates the dataset: a bare name in the namespace of the object, ns/name anywhere', async () => {
    const model = await newModel(server, { namespace: 'mentions/a' });
    const made = await versionOf(model, {
      datasets: ['train', { name: 'mentions/b/val', digest: 'd1' }, 'mentions/a/train'],
      metrics: [
        { key: 'acc', value: 0.5, dataset: 'val' },
        { key: 'acc', value: 0.6, dataset: { name: 'mentions/b/val', digest: 'd2' } },
        { key: 'acc', value: 0.7 },
      ],
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.datasets).toMatchObject([
      { name: 'train', digest: null },
      { name: 'mentions/b/val', digest: 'd1' },
    ]);
    expect(made.body.metrics).toEqual({ acc: 0.7 });
    expect(made.body.evaluations).toEqual({ val: { acc: 0.5 }, 'mentions/b/val': { acc: 0.6 } });
    const train = await get('mentions/a/train');
    expect(train.body).toMatchObject({ id: made.body.datasets[0].id, digest: null, uri: null });
    expect((await get('mentions/a/val')).body.digest).toBeNull();
    expect((await get('mentions/b/val')).body.digest).toBe('d1');
    const [change, ...more] = await changesOf(server, train.body.id);
    expect(more).toEqual([]);
    expect(change).toMatchObject({ action: 'created', actor: 'local', before: null });
    expect(change?.after).toMatchObject({ namespace: 'mentions/a', name: 'train' });
  });

  it('uses the current digest by default, or its own digest, and never changes the dataset', async () => {
    const model = await newModel(server, { namespace: 'digests' });
    await server.api('POST', '/v1/datasets', { namespace: 'digests', name: 'set', digest: 'd1' });
    const digestIn = async (mention: unknown) =>
      (await versionOf(model, { datasets: [mention] })).body.datasets[0].digest;
    expect(await digestIn('set')).toBe('d1');
    expect(await digestIn({ name: 'set' })).toBe('d1');
    expect(await digestIn({ name: 'set', digest: null })).toBe('d1');
    expect(await digestIn({ name: 'set', digest: 'd0' })).toBe('d0');
    const first = await versionOf(model, { datasets: ['digests/set'] });
    expect((await get('digests/set')).body.digest).toBe('d1');
    await server.api('PATCH', `/v1/datasets/${ref('digests/set')}`, { digest: 'd2' });
    expect(await digestIn('set')).toBe('d2');
    expect((await server.api('GET', `/v1/versions/${first.body.id}`)).body.datasets[0].digest).toBe('d1');
  });

  it('may be an id', async () => {
    const made = await server.api('POST', '/v1/datasets', { namespace: 'ids', name: 'set' });
    const model = await newModel(server, { namespace: 'ids' });
    const version = await versionOf(model, { datasets: [made.body.id] });
    expect(version.body.datasets).toEqual([{ id: made.body.id, name: 'set', digest: null }]);
    const unknown = await versionOf(model, { datasets: ['0192e4a1-7b3c-7def-8123-456789abcdef'] });
    // A hidden dataset gives the same status, so the status does not reveal which of the two it is.
    expect(unknown.status).toBe(404);
    expect(unknown.body.errors[0].pointer).toBe('/datasets/0');
  });

  it('is 422 for two digests of one dataset in one version, under any names', async () => {
    const model = await newModel(server, { namespace: 'twice' });
    const refused = await versionOf(model, {
      datasets: [
        { name: 'set', digest: 'd1' },
        { name: 'twice/set', digest: 'd2' },
      ],
    });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/datasets/1');
    expect((await get('twice/set')).status).toBe(404);
    const fine = await versionOf(model, { datasets: [{ name: 'set', digest: 'd1' }, 'twice/set', 'set'] });
    expect(fine.body.datasets).toMatchObject([{ name: 'set', digest: 'd1' }]);
  });

  it('in a refused write creates no dataset', async () => {
    const model = await newModel(server, { namespace: 'refused' });
    await versionOf(model, { version: 'v1' });
    expect((await versionOf(model, { version: 'v1', datasets: ['never'] })).status).toBe(409);
    expect((await versionOf(model, { datasets: ['never', 'a@b'] })).status).toBe(422);
    const late = { datasets: ['never'], source: { version: 'none' } };
    expect((await versionOf(model, late)).status).toBe(404);
    expect((await get('refused/never')).status).toBe(404);
  });

  it.each([
    ['experiment', newExperiment],
    ['checkpoint', newCheckpoint],
    ['model', newModel],
  ] as const)('by a metric of a %s refers to its namespace', async (kind, make) => {
    const made = await make(server, kind === 'checkpoint' ? {} : { namespace: `by/${kind}` });
    const namespace = kind === 'checkpoint' ? 'ai/vision' : `by/${kind}`;
    const body = { metrics: [{ key: 'a', value: 1, dataset: `of-${kind}` }] };
    expect((await server.api('POST', `/v1/${kind}s/${made.id}/metrics`, body)).status).toBe(200);
    expect((await get(`${namespace}/of-${kind}`)).status).toBe(200);
  });

  it('creates each dataset once under concurrency, across namespaces and in any order', async () => {
    const model = await newModel(server, { namespace: 'race' });
    const names = Array.from({ length: 6 }, (_, i) => `race/n${i % 3}/s${i}`);
    const answers = await atOnce(8, (i) =>
      versionOf(model, { datasets: i % 2 ? names : [...names].reverse(), metrics: { loss: i } }),
    );
    expect(statusesOf(answers)).toEqual(times(8, 201));
    const ids = answers.map((answer) => answer.body.datasets.map((d: any) => d.id).sort());
    expect(new Set(ids.map(String)).size).toBe(1);
    for (const id of ids[0]) expect(await changesOf(server, id)).toHaveLength(1);
  });
});

describe('GET /v1/datasets', () => {
  it('lists a namespace and those below it, with filters', async () => {
    for (const [namespace, name, digest] of [
      ['sets', 'a', 'x'],
      ['sets/b', 'b', 'y'],
      ['setsx', 'c', 'x'],
    ])
      await server.api('POST', '/v1/datasets', { namespace, name, digest, metadata: { d: digest } });
    const names = async (query: string) =>
      (await server.api('GET', `/v1/datasets?${query}`)).body.items.map((item: any) => item.name);
    expect(await names('namespace=sets')).toEqual(['a']);
    expect(await names('namespace=sets&recursive=true')).toEqual(['b', 'a']);
    expect(await names(`namespace=sets&recursive=true&filter=${ref("digest = 'x'")}`)).toEqual(['a']);
    expect(await names(`filter=${ref("metadata.d = 'x' AND namespace LIKE 'sets%'")}`)).toEqual(['c', 'a']);
  });
});
