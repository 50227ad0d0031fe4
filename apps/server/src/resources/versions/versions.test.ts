import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changesOf,
  freshName,
  newCheckpoint,
  newExperiment,
  newModel,
  newVersion,
} from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const versionsOf = ({ id }: { id: string }) => `/v1/models/${id}/versions`;
const pathOf = ({ id }: { id: string }) => `/v1/versions/${id}`;
const create = (model: { id: string }, body: object) => server.api('POST', versionsOf(model), body);

describe('POST /v1/models/{model}/versions', () => {
  it('returns 201 with all fields, its new aliases, metrics and datasets', async () => {
    const model = await newModel(server, { namespace: 'full', name: 'yolo' });
    const created = await server.api('POST', `/v1/models/${ref('full/yolo')}/versions`, {
      version: 'v1',
      name: 'yolo4_v1',
      description: 'A Yolo v4 trained with custom dataset',
      framework: 'pytorch',
      metadata: { model_hyperparam_1: 'value' },
      tags: ['b', 'a', 'b'],
      aliases: ['prod', 'champion', 'prod'],
      files: ['s3://path/to/bucket/model.pt'],
      metrics: { loss: 0.5, inf: '-Infinity' },
      datasets: ['coco', { name: 'other/set', digest: 'd1' }],
    });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      namespace: 'full',
      model: 'yolo',
      modelId: model.id,
      version: 'v1',
      name: 'yolo4_v1',
      description: 'A Yolo v4 trained with custom dataset',
      framework: 'pytorch',
      status: 'ready',
      metadata: { model_hyperparam_1: 'value' },
      tags: ['a', 'b'],
      aliases: ['champion', 'prod'],
      files: [
        expect.objectContaining({ path: 'model.pt', role: 'model', uri: 's3://path/to/bucket/model.pt' }),
      ],
      fileCount: 1,
      metrics: { loss: 0.5, inf: '-Infinity' },
      evaluations: {},
      datasets: [
        { name: 'coco', digest: null, id: expect.any(String) },
        { name: 'other/set', digest: 'd1', id: expect.any(String) },
      ],
      source: null,
      readyAt: created.body.createdAt,
      hold: null,
      filesRemovedAt: null,
      createdBy: 'local',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: created.body.createdAt,
      deletedAt: null,
    });
    expect((await server.api('GET', `/v1/versions/${ref('full/yolo:v1')}`)).body).toEqual(created.body);
    expect((await server.api('GET', `/v1/versions/${ref('full/yolo@champion')}`)).body.id).toBe(
      created.body.id,
    );
    expect(await changesOf(server, created.body.id)).toHaveLength(1);
  });

  it.each([
    [{}, 'pending'],
    [{ files: [] }, 'ready'],
    [{ files: ['s3://b/m.pt'] }, 'ready'],
    [{ status: 'ready' }, 'ready'],
    [{ status: 'pending', files: ['s3://b/m.pt'] }, 'pending'],
    [{ status: 'ready', files: [] }, 'ready'],
  ])('with %j makes it %s', async (fields, status) => {
    const version = await newVersion(server, fields);
    expect(version.status).toBe(status);
    expect(version.readyAt === null).toBe(status === 'pending');
  });

  it('returns 200 with the current version for the same body in any member order', async () => {
    const model = await newModel(server);
    const body = {
      version: 'v1',
      files: ['s3://b/m.pt'],
      metadata: { a: 1, b: { c: 1, d: 2 } },
      tags: ['x'],
    };
    const first = await create(model, body);
    await server.api('PATCH', pathOf(first.body), { tags: ['later'] });
    const { version, ...rest } = body;
    const again = await create(model, { ...rest, metadata: { b: { d: 2, c: 1 }, a: 1 }, version });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: first.body.id, tags: ['later'] });
    expect(again.headers.get('etag')).toBe('"2"');
    expect(await changesOf(server, first.body.id)).toHaveLength(2);
  });

  it.each([
    { metadata: { a: 2 } },
    { files: ['s3://b/other.pt'] },
    { files: [] },
    { tags: ['x'] },
    { aliases: ['prod'] },
    { metrics: { loss: 1 } },
    { datasets: ['d'] },
    { status: 'pending' },
    { name: 'x' },
  ])('returns 409 for the same name with another body, %j, and changes nothing', async (other) => {
    const model = await newModel(server);
    const made = await create(model, { version: 'v1', files: ['s3://b/m.pt'], metadata: { a: 1 } });
    const refused = await create(model, {
      version: 'v1',
      files: ['s3://b/m.pt'],
      metadata: { a: 1 },
      ...other,
    });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'exists', id: made.body.id });
    expect((await server.api('GET', pathOf(made.body))).body).toEqual(made.body);
    expect((await server.api('GET', `/v1/models/${model.id}/aliases`)).body.items).toEqual([]);
  });

  it.each([
    [{}, '/version'],
    [{ version: 'a/b' }, '/version'],
    [{ version: 'a@b' }, '/version'],
    [{ version: '0192e4a1-7b3c-7def-8123-456789abcdef' }, '/version'],
    [{ version: 'v', framework: 'PyTorch' }, '/framework'],
    [{ version: 'v', status: 'done' }, '/status'],
    [{ version: 'v', aliases: ['a:b'] }, '/aliases/0'],
    [{ version: 'v', fiels: [] }, '/fiels'],
    [{ version: 'v', datasets: ['a@b'] }, '/datasets/0'],
    [{ version: 'v', datasets: [{ name: 'a', digset: 'x' }] }, '/datasets/0/digset'],
    [{ version: 'v', source: { model: 'x' } }, '/source/model'],
    [{ version: 'v', metrics: { a: 'x' } }, '/metrics/a'],
  ])('returns 422 for %j', async (body, pointer) => {
    const refused = await create(await newModel(server), body);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });

  it('returns 404 for a missing model or source', async () => {
    const model = await newModel(server);
    const nothing = '0192e4a1-7b3c-7def-8123-456789abcdef';
    expect((await create({ id: nothing }, { version: 'v1' })).status).toBe(404);
    for (const [source, pointer] of [
      [{ checkpoint: nothing }, '/source/checkpoint'],
      [{ experiment: 'ai/vision/none' }, '/source/experiment'],
      [{ version: 'none' }, '/source/version'],
    ] as const) {
      const refused = await create(model, { version: 'v1', source });
      expect(refused.status).toBe(404);
      expect(refused.body.errors[0].pointer).toBe(pointer);
    }
    expect((await create(model, { version: 'v1' })).status).toBe(201);
  });

  it('accepts sources: a checkpoint, an experiment, or a version by bare name or reference', async () => {
    const model = await newModel(server, { namespace: 'sources', name: 'm' });
    const run = await newExperiment(server, { namespace: 'sources', name: 'run' });
    const checkpoint = await newCheckpoint(server, {}, run);
    await create(model, { version: 'base', files: [] });
    const made = async (source: object) =>
      (await create(model, { version: freshName('v'), source })).body.source;
    expect(await made({ checkpoint: checkpoint.id })).toMatchObject({ checkpoint: checkpoint.id });
    expect(await made({ experiment: 'sources/run' })).toEqual({ experiment: 'sources/run' });
    expect(await made({ experiment: run.id })).toEqual({ experiment: 'sources/run' });
    expect(await made({ version: 'base' })).toEqual({ version: 'sources/m:base' });
    expect(await made({ version: 'sources/m:base' })).toEqual({ version: 'sources/m:base' });
    expect(await made({})).toBeNull();
  });

  it('moves an alias from its holder', async () => {
    const model = await newModel(server);
    await create(model, { version: 'v1', files: [], aliases: ['prod'] });
    await create(model, { version: 'v2', files: [], aliases: ['prod'] });
    const { body } = await server.api('GET', `${versionsOf(model)}?orderBy=version`);
    expect(body.items.map((v: any) => [v.version, v.aliases])).toEqual([
      ['v1', []],
      ['v2', ['prod']],
    ]);
    const history = await server.api('GET', `/v1/models/${model.id}/aliases/prod/history`);
    expect(history.body.items.map((m: any) => [m.from, m.to, m.cause])).toEqual([
      ['v1', 'v2', 'create'],
      [null, 'v1', 'create'],
    ]);
  });

  it('treats the same version name in two models as two versions', async () => {
    const [one, two] = [await newModel(server), await newModel(server)];
    const answers = [await create(one, { version: 'v1' }), await create(two, { version: 'v1' })];
    expect(statusesOf(answers)).toEqual([201, 201]);
  });
});

describe('concurrent creates with the same name', () => {
  it('and body make one version, with 201 once and 200 otherwise', async () => {
    const model = await newModel(server);
    const body = { version: 'v1', files: ['s3://b/m.pt'], aliases: ['prod'], datasets: [freshName('set')] };
    const answers = await atOnce(10, () => create(model, body));
    expect(statusesOf(answers)).toEqual([...times(9, 200), 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(await changesOf(server, answers[0]?.body.id)).toHaveLength(1);
    expect(answers[0]?.body).toMatchObject({ aliases: ['prod'], fileCount: 1 });
  });

  it('and different bodies return 201 once and 409 otherwise, without a trace', async () => {
    const model = await newModel(server);
    const answers = await atOnce(10, (i) =>
      create(model, { version: 'v1', files: [], tags: [`t${i}`], aliases: [`a${i}`], metrics: { loss: i } }),
    );
    expect(statusesOf(answers)).toEqual([201, ...times(9, 409)]);
    const winner = answers.findIndex((answer) => answer.status === 201);
    const { body } = await server.api('GET', versionsOf(model));
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      tags: [`t${winner}`],
      aliases: [`a${winner}`],
      metrics: { loss: winner },
    });
    for (const { status, body: refused } of answers)
      if (status === 409) expect(refused).toMatchObject({ code: 'exists', id: body.items[0].id });
    expect((await server.api('GET', `/v1/models/${model.id}/aliases`)).body.items).toHaveLength(1);
  });

  it('never make a version after the deletion of the model', async () => {
    for (let round = 0; round < 10; round++) {
      const model = await newModel(server);
      const [deleted, created] = await Promise.all([
        server.api('DELETE', `/v1/models/${model.id}`),
        create(model, { version: 'v1', files: [] }),
      ]);
      expect(deleted.status).toBe(204);
      expect([201, 404]).toContain(created.status);
      const { rows } = await server.db.requests.query<{ object_kind: string; action: string }>(
        "SELECT object_kind, action FROM changes WHERE object_id = $1 OR after->>'modelId' = $1::text ORDER BY id",
        [model.id],
      );
      expect(rows.at(-1)).toEqual({ object_kind: 'model', action: 'deleted' });
      await server.api('POST', `/v1/models/${model.id}/restore`);
      const { body } = await server.api('GET', versionsOf(model));
      expect(body.items).toHaveLength(created.status === 201 ? 1 : 0);
    }
  });
});

describe('PATCH /v1/versions/{version}', () => {
  it('changes title, description, framework, tags and metadata, ready or not', async () => {
    for (const fields of [{}, { files: ['s3://b/m.pt'] }]) {
      const made = await newVersion(server, { ...fields, metadata: { a: 1, b: 2 } });
      const patch = { name: 'n', description: 'd', framework: 'onnx', tags: ['t'], metadata: { a: null } };
      const patched = await server.api('PATCH', pathOf(made), patch);
      expect(patched.body).toEqual({
        ...made,
        ...patch,
        metadata: { b: 2 },
        updatedAt: patched.body.updatedAt,
      });
      expect(patched.headers.get('etag')).toBe('"2"');
    }
  });

  it.each(['version', 'model', 'modelId', 'namespace', 'status', 'aliases', 'files', 'source', 'id'])(
    'returns 422 for "%s"',
    async (field) => {
      const made = await newVersion(server);
      const refused = await server.api('PATCH', pathOf(made), { [field]: made[field] });
      expect(refused.status).toBe(422);
      expect(refused.body.errors[0].pointer).toBe(`/${field}`);
    },
  );

  it('keeps the ETag for metrics, aliases, files and events', async () => {
    const made = await newVersion(server);
    await server.api('POST', `${pathOf(made)}/files`, { files: ['s3://b/m.pt'] });
    await server.api('POST', `${pathOf(made)}/metrics`, { metrics: [{ key: 'a', value: 1 }] });
    await server.api('POST', `${pathOf(made)}/events`, { name: 'x', source: 'y' });
    expect((await server.api('GET', pathOf(made))).headers.get('etag')).toBe('"1"');
    const ready = await server.api('POST', `${pathOf(made)}/finalize`);
    await server.api('PUT', `/v1/models/${made.modelId}/aliases/prod`, { version: 'v1' });
    const read = await server.api('GET', pathOf(made));
    expect(read.headers.get('etag')).toBe(ready.headers.get('etag'));
    expect(read.body).toMatchObject({ aliases: ['prod'], metrics: { a: 1 }, fileCount: 1 });
  });
});

describe('POST /v1/versions/{version}/finalize', () => {
  it('makes the version ready once, and sets the aliases of the create', async () => {
    const model = await newModel(server);
    await create(model, { version: 'v0', files: [], aliases: ['prod'] });
    const pending = await create(model, { version: 'v1', aliases: ['prod', 'a'] });
    expect(pending.body).toMatchObject({ status: 'pending', aliases: [] });
    expect((await server.api('GET', `/v1/models/${model.id}/aliases/a`)).status).toBe(404);
    server.advance(1000);
    const ready = await server.api('POST', `${pathOf(pending.body)}/finalize`);
    expect(ready.status).toBe(200);
    expect(ready.body).toMatchObject({ status: 'ready', aliases: ['a', 'prod'] });
    expect(ready.body.readyAt > pending.body.createdAt).toBe(true);
    const again = await server.api('POST', `${pathOf(pending.body)}/finalize`, {});
    expect(again.status).toBe(200);
    expect(again.body).toEqual(ready.body);
    const changes = await changesOf(server, pending.body.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'finalized']);
    expect(changes[1]?.before).toEqual(changes[0]?.after);
    const history = await server.api('GET', `/v1/models/${model.id}/aliases/prod/history`);
    expect(history.body.items[0]).toMatchObject({ from: 'v0', to: 'v1', cause: 'finalize' });
  });

  it('does not move back an alias that has moved on since', async () => {
    const model = await newModel(server);
    const one = await create(model, { version: 'v1', aliases: ['prod'] });
    await server.api('POST', `${pathOf(one.body)}/finalize`);
    await create(model, { version: 'v2', files: [], aliases: ['prod'] });
    expect((await server.api('POST', `${pathOf(one.body)}/finalize`)).body.aliases).toEqual([]);
  });

  it('makes one change and one move under concurrency', async () => {
    const pending = await newVersion(server, { aliases: ['prod'] });
    const answers = await atOnce(6, () => server.api('POST', `${pathOf(pending)}/finalize`));
    expect(statusesOf(answers)).toEqual(times(6, 200));
    expect(await changesOf(server, pending.id)).toHaveLength(2);
    const history = await server.api('GET', `/v1/models/${pending.modelId}/aliases/prod/history`);
    expect(history.body.items).toHaveLength(1);
  });

  it('returns 404 for a deleted version', async () => {
    const pending = await newVersion(server);
    await server.api('DELETE', pathOf(pending));
    expect((await server.api('POST', `${pathOf(pending)}/finalize`)).body.code).toBe('not_found');
  });
});

describe('deleting and restoring', () => {
  it('hides the version by default, keeps its name, and restores it', async () => {
    const made = await newVersion(server, { files: [] });
    const path = pathOf(made);
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('GET', path)).body).toMatchObject({ code: 'not_found', id: made.id });
    expect((await server.api('GET', `${path}?includeDeleted=true`)).body.deletedAt).toMatch(/Z$/);
    for (const body of [
      { version: 'v1', files: [] },
      { version: 'v1', tags: ['x'] },
    ]) {
      const taken = await server.api('POST', `/v1/models/${made.modelId}/versions`, body);
      expect(taken.status).toBe(409);
      expect(taken.body).toMatchObject({ code: 'deleted', id: made.id });
    }
    expect((await server.api('POST', `${path}/restore`)).body).toMatchObject({
      id: made.id,
      deletedAt: null,
    });
    const changes = await changesOf(server, made.id);
    expect(changes.map((change) => change.action)).toEqual(['created', 'deleted', 'restored']);
  });

  it('returns 409 with the aliases of the version', async () => {
    const made = await newVersion(server, { files: [], aliases: ['prod', 'best'] });
    const refused = await server.api('DELETE', pathOf(made));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'holds_alias', aliases: ['best', 'prod'] });
    for (const alias of ['prod', 'best'])
      await server.api('DELETE', `/v1/models/${made.modelId}/aliases/${alias}`);
    expect((await server.api('DELETE', pathOf(made))).status).toBe(204);
  });

  it('returns 409 for a restore while the model is deleted, and keeps earlier deletions', async () => {
    const made = await newVersion(server, { files: [] });
    await server.api('DELETE', pathOf(made));
    await server.api('DELETE', `/v1/models/${made.modelId}`);
    const refused = await server.api('POST', `${pathOf(made)}/restore`);
    expect(refused.status).toBe(409);
    expect(refused.body.id).toBe(made.modelId);
    const living = await newVersion(server);
    await server.api('DELETE', `/v1/models/${living.modelId}`);
    expect((await server.api('POST', `${pathOf(living)}/restore`)).status).toBe(409);
    await server.api('POST', `/v1/models/${made.modelId}/restore`);
    expect((await server.api('GET', pathOf(made))).status).toBe(404);
    expect((await server.api('POST', `${pathOf(made)}/restore`)).status).toBe(200);
  });

  it('never leaves an alias on a deleted version under concurrency', async () => {
    for (let round = 0; round < 12; round++) {
      const made = await newVersion(server, { files: [] });
      const [deleted, set] = await Promise.all([
        server.api('DELETE', pathOf(made)),
        server.api('PUT', `/v1/models/${made.modelId}/aliases/prod`, { version: made.id }),
      ]);
      const outcome = [deleted.status, set.status];
      expect([
        [204, 404],
        [409, 201],
      ]).toContainEqual(outcome);
      const alias = await server.api('GET', `/v1/models/${made.modelId}/aliases/prod`);
      expect(alias.status).toBe(set.status === 201 ? 200 : 404);
    }
  });
});
