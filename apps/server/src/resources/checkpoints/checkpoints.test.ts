import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  server.api('POST', path, body, headers);
const checkpointsOf = (experiment: { id: string }) => `/v1/experiments/${experiment.id}/checkpoints`;
const actionsOf = async (id: string) => (await changesOf(server, id)).map((change) => change.action);

describe('POST /v1/experiments/{experiment}/checkpoints', () => {
  it('returns 201 with the logged checkpoint, and a read returns the same', async () => {
    const experiment = await newExperiment(server);
    const created = await post(`/v1/experiments/${ref(`ai/vision/${experiment.name}`)}/checkpoints`, {
      epoch: 3,
      step: 3000,
      metadata: { lr: 0.1 },
      tags: ['b', 'a'],
      files: [
        's3://bucket/run/model.pt',
        { uri: 'gs://b/x', path: 'opt/adam.pt', role: 'other', sizeBytes: 7 },
      ],
      metrics: [
        { key: 'loss', value: 0.5, step: 3000, time: '2026-01-01T00:00:00Z' },
        { key: 'mAP', value: 'NaN', dataset: 'coco-val' },
        { key: 'mAP', value: 0.7, dataset: { name: 'other/ns/coco', digest: 'sha256:1' } },
      ],
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      namespace: 'ai/vision',
      experiment: experiment.name,
      experimentId: experiment.id,
      epoch: 3,
      step: 3000,
      status: 'ready',
      metadata: { lr: 0.1 },
      tags: ['a', 'b'],
      fileCount: 2,
      metrics: { loss: 0.5 },
      evaluations: { 'coco-val': { mAP: 'NaN' }, 'other/ns/coco': { mAP: 0.7 } },
      readyAt: created.body.createdAt,
      deletedAt: null,
    });
    expect(created.body.files).toMatchObject([
      {
        path: 'model.pt',
        role: 'checkpoint',
        uri: 's3://bucket/run/model.pt',
        state: 'tracked',
        sha256: null,
      },
      { path: 'opt/adam.pt', role: 'other', uri: 'gs://b/x', sizeBytes: 7 },
    ]);
    const read = await server.api('GET', `/v1/checkpoints/${created.body.id}`);
    expect(read.body).toEqual(created.body);
    expect(read.headers.get('etag')).toBe(created.headers.get('etag'));
    const [change, ...more] = await changesOf(server, created.body.id);
    expect(more).toEqual([]);
    expect(change).toMatchObject({ action: 'created', before: null, after: { epoch: 3, step: 3000 } });
    for (const name of ['ai/vision/coco-val', 'other/ns/coco'])
      expect((await server.api('GET', `/v1/datasets/${ref(name)}`)).status).toBe(200);
  });

  it('returns 200 for the same body in any member order, and records nothing', async () => {
    const experiment = await newExperiment(server);
    const body = {
      epoch: 1,
      metadata: { a: 1, b: [{ c: 2, d: 3 }] },
      metrics: { loss: 1 },
      files: ['s3://b/f'],
    };
    const first = await post(checkpointsOf(experiment), body);
    const turned = {
      files: ['s3://b/f'],
      metrics: { loss: 1 },
      metadata: { b: [{ d: 3, c: 2 }], a: 1 },
      epoch: 1,
    };
    const again = await post(checkpointsOf(experiment), turned);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect(await actionsOf(first.body.id)).toEqual(['created']);
  });

  it('returns 200 with the current state for the same body', async () => {
    const experiment = await newExperiment(server);
    const { body } = await post(checkpointsOf(experiment), { epoch: 1 });
    await server.api('PATCH', `/v1/checkpoints/${body.id}`, { tags: ['later'] });
    const again = await post(checkpointsOf(experiment), { epoch: 1 });
    expect(again.status).toBe(200);
    expect(again.body.tags).toEqual(['later']);
  });

  it('returns 409 with the existing checkpoint for another body at the same position', async () => {
    const experiment = await newExperiment(server);
    const { body } = await post(checkpointsOf(experiment), { epoch: 1, step: 10, metrics: { loss: 1 } });
    const refused = await post(checkpointsOf(experiment), { epoch: 1, step: 10, metrics: { loss: 2 } });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'exists', id: body.id });
    expect((await server.api('GET', `/v1/checkpoints/${body.id}`)).body.metrics).toEqual({ loss: 1 });
  });

  it('creates no dataset that only a refused request mentions', async () => {
    const experiment = await newExperiment(server);
    await newCheckpoint(server, { epoch: 1 }, experiment);
    const metrics = [{ key: 'mAP', value: 1, dataset: 'never-made' }];
    expect((await post(checkpointsOf(experiment), { epoch: 1, metrics })).status).toBe(409);
    expect((await server.api('GET', `/v1/datasets/${ref('ai/vision/never-made')}`)).status).toBe(404);
  });

  it('treats each pair of epoch and step as a position, including missing values', async () => {
    const experiment = await newExperiment(server);
    const positions = [
      { epoch: 1 },
      { step: 1 },
      { epoch: 1, step: 1 },
      { epoch: 0 },
      { step: 0 },
      { epoch: 2 ** 53 - 1 },
    ];
    for (const position of positions)
      expect((await post(checkpointsOf(experiment), position)).status).toBe(201);
    const other = await newExperiment(server);
    expect((await post(checkpointsOf(other), { epoch: 1 })).status).toBe(201);
    for (const position of positions) {
      const refused = await post(checkpointsOf(experiment), { ...position, tags: ['x'] });
      expect(refused.status).toBe(409);
    }
    const { body } = await server.api('GET', checkpointsOf(experiment));
    expect(body.items).toHaveLength(positions.length);
  });

  it.each([
    ['neither epoch nor step', {}, '/epoch'],
    ['both null', { epoch: null, step: null }, '/epoch'],
    ['a negative epoch', { epoch: -1 }, '/epoch'],
    ['a fraction', { step: 1.5 }, '/step'],
    ['an integer beyond a double', { step: 2 ** 53 }, '/step'],
    ['a text', { epoch: '1' }, '/epoch'],
    ['an unknown field', { epoch: 1, loss: 1 }, '/loss'],
    ['two files of one path', { epoch: 1, files: ['s3://a/f', 's3://b/f'] }, '/files/1'],
    ['a URI with a password', { epoch: 1, files: ['https://u:p@host/f'] }, '/files/0'],
    ['a script for a URI', { epoch: 1, files: [{ uri: 'javascript:alert(1)', path: 'f' }] }, '/files/0/uri'],
    ['a metric that is a text', { epoch: 1, metrics: { loss: 'low' } }, '/metrics/loss'],
    ['a point without value', { epoch: 1, metrics: [{ key: 'loss' }] }, '/metrics/0/value'],
    [
      'a dataset that is no name',
      { epoch: 1, metrics: [{ key: 'a', value: 1, dataset: 'a@b' }] },
      '/metrics/0/dataset',
    ],
  ])('returns 422 for %s', async (_, body, pointer) => {
    const experiment = await newExperiment(server);
    const refused = await post(checkpointsOf(experiment), body);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
    expect((await server.api('GET', checkpointsOf(experiment))).body.items).toEqual([]);
  });

  it('returns 404 for a missing experiment', async () => {
    expect((await post(`/v1/experiments/${ref('ai/none')}/checkpoints`, { epoch: 1 })).status).toBe(404);
  });
});

describe('pending and ready', () => {
  it.each([
    ['pending', { epoch: 1 }],
    ['ready', { epoch: 1, files: [] }],
    ['ready', { epoch: 1, files: ['s3://b/f'] }],
    ['ready', { epoch: 1, status: 'ready' }],
    ['pending', { epoch: 1, status: 'pending', files: ['s3://b/f'] }],
    ['pending', { epoch: 1, metrics: { loss: 1 } }],
  ])('%s: %j', async (status, body) => {
    const made = await newCheckpoint(server, body);
    expect(made.status).toBe(status);
    expect(made.readyAt).toBe(status === 'ready' ? made.createdAt : null);
  });

  it('finalize with 200, and 200 again without another change', async () => {
    const made = await newCheckpoint(server);
    const path = `/v1/checkpoints/${made.id}/finalize`;
    const finalized = await post(path);
    expect(finalized.status).toBe(200);
    expect(finalized.body.status).toBe('ready');
    const again = await post(path, {});
    expect(again.status).toBe(200);
    expect(again.body).toEqual(finalized.body);
    expect(await actionsOf(made.id)).toEqual(['created', 'finalized']);
  });

  it('finalize with 412 after another change, and 404 if deleted', async () => {
    const made = await newCheckpoint(server);
    const path = `/v1/checkpoints/${made.id}`;
    await server.api('PATCH', path, { tags: ['x'] });
    expect((await post(`${path}/finalize`, {}, { 'if-match': '"1"' })).status).toBe(412);
    await server.api('DELETE', path);
    expect((await post(`${path}/finalize`)).status).toBe(404);
  });

  it('return the newest ready checkpoint as latest', async () => {
    const experiment = await newExperiment(server);
    const latest = async () => {
      const { status, body } = await server.api('GET', `${checkpointsOf(experiment)}/latest`);
      return status === 200 ? body.epoch : status;
    };
    expect(await latest()).toBe(404);
    await newCheckpoint(server, { epoch: 1 }, experiment);
    expect(await latest()).toBe(404);
    await newCheckpoint(server, { epoch: 2, status: 'ready' }, experiment);
    const third = await newCheckpoint(server, { epoch: 3 }, experiment);
    expect(await latest()).toBe(2);
    await post(`/v1/checkpoints/${third.id}/finalize`);
    expect(await latest()).toBe(3);
    await server.api('DELETE', `/v1/checkpoints/${third.id}`);
    expect(await latest()).toBe(2);
    await post(`/v1/checkpoints/${third.id}/restore`);
    expect(await latest()).toBe(3);
  });

  it('return the last written checkpoint as latest after a run was rewound', async () => {
    const experiment = await newExperiment(server);
    await newCheckpoint(server, { epoch: 5, status: 'ready' }, experiment);
    await newCheckpoint(server, { epoch: 2, status: 'ready' }, experiment);
    expect((await server.api('GET', `${checkpointsOf(experiment)}/latest`)).body.epoch).toBe(2);
  });
});

describe('replace', () => {
  it('deletes the existing checkpoint in the same transaction, and takes its position', async () => {
    const experiment = await newExperiment(server);
    const old = await newCheckpoint(server, { epoch: 1, metrics: { loss: 1 } }, experiment);
    const replaced = await post(checkpointsOf(experiment), { epoch: 1, metrics: { loss: 2 }, replace: true });
    expect(replaced.status).toBe(201);
    expect(replaced.body.id).not.toBe(old.id);
    expect(replaced.body.metrics).toEqual({ loss: 2 });
    const gone = await server.api('GET', `/v1/checkpoints/${old.id}`);
    expect(gone.body).toMatchObject({ code: 'not_found', id: old.id });
    expect(await actionsOf(old.id)).toEqual(['created', 'deleted']);
    const restored = await post(`/v1/checkpoints/${old.id}/restore`);
    expect(restored.status).toBe(409);
    expect(restored.body).toMatchObject({ code: 'exists', id: replaced.body.id });
    // The same body without `replace` finds the new checkpoint.
    const again = await post(checkpointsOf(experiment), { epoch: 1, metrics: { loss: 2 } });
    expect(again.status).toBe(200);
    expect(again.body.id).toBe(replaced.body.id);
  });

  it('is a plain create at a free position', async () => {
    expect((await newCheckpoint(server, { epoch: 1, replace: true })).epoch).toBe(1);
  });

  it('works concurrently with a delete and a plain create, and leaves one checkpoint', async () => {
    const experiment = await newExperiment(server);
    const first = await newCheckpoint(server, { epoch: 1 }, experiment);
    const replacing = Array.from({ length: 6 }, (_, n) =>
      post(checkpointsOf(experiment), { epoch: 1, tags: [`t${n}`], replace: true }),
    );
    const plain = post(checkpointsOf(experiment), { epoch: 1, tags: ['plain'] });
    const deleting = server.api('DELETE', `/v1/checkpoints/${first.id}`);
    const answers = await Promise.all(replacing);
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201, 201]);
    expect([201, 409]).toContain((await plain).status);
    expect((await deleting).status).toBe(204);
    const { body } = await server.api('GET', checkpointsOf(experiment));
    expect(body.items).toHaveLength(1);
    for (const { body: made } of answers) {
      const actions = await actionsOf(made.id);
      expect(actions).toEqual(made.id === body.items[0].id ? ['created'] : ['created', 'deleted']);
    }
  });
});

describe('concurrent identical creates', () => {
  it.each([{}, { metrics: [{ key: 'mAP', value: 1, dataset: 'raced' }] }, { files: ['s3://b/f'] }])(
    'return 201 once and 200 with the same id otherwise: %j',
    async (more) => {
      const experiment = await newExperiment(server);
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => post(checkpointsOf(experiment), { epoch: 1, ...more })),
      );
      expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([
        200, 200, 200, 200, 200, 201,
      ]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(await actionsOf(answers[0]?.body.id)).toEqual(['created']);
    },
  );
});

describe('deleting and restoring', () => {
  it('returns 204 twice, frees the position, and restores while it is free', async () => {
    const experiment = await newExperiment(server);
    const made = await newCheckpoint(
      server,
      { epoch: 1, metrics: { loss: 1 }, files: ['s3://b/f'] },
      experiment,
    );
    const path = `/v1/checkpoints/${made.id}`;
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('DELETE', path)).status).toBe(204);
    expect((await server.api('GET', path)).body.code).toBe('not_found');
    expect((await server.api('GET', `${path}?includeDeleted=true`)).body.deletedAt).toMatch(/Z$/);
    expect((await server.api('GET', `${path}/files`)).status).toBe(404);
    expect((await server.api('PATCH', path, { tags: [] })).status).toBe(404);
    const restored = await post(`${path}/restore`);
    expect(restored.status).toBe(200);
    expect(restored.body).toMatchObject({ metrics: { loss: 1 }, fileCount: 1, deletedAt: null });
    expect(await actionsOf(made.id)).toEqual(['created', 'deleted', 'restored']);
  });

  it('creates a new checkpoint at the position of a deleted one', async () => {
    const experiment = await newExperiment(server);
    const made = await newCheckpoint(server, { epoch: 1 }, experiment);
    await server.api('DELETE', `/v1/checkpoints/${made.id}`);
    const next = await newCheckpoint(server, { epoch: 1 }, experiment);
    expect(next.id).not.toBe(made.id);
  });

  it('returns 404 for a path without a checkpoint', async () => {
    for (const id of ['01890a5d-ac96-774b-bcce-b302099a8057', 'nope', ref('ai/vision/x')])
      expect((await server.api('GET', `/v1/checkpoints/${id}`)).status).toBe(404);
  });

  it('returns 422 for a patch of identity or state', async () => {
    const made = await newCheckpoint(server);
    for (const field of ['epoch', 'step', 'experiment', 'status'])
      expect((await server.api('PATCH', `/v1/checkpoints/${made.id}`, { [field]: made[field] })).status).toBe(
        422,
      );
  });
});

describe('GET /v1/experiments/{experiment}/checkpoints', () => {
  it('orders by a metric, and filters by epoch, status, tags, metadata and evaluations', async () => {
    const experiment = await newExperiment(server);
    for (const [epoch, loss] of [0.3, 0.1, 0.2].entries()) {
      await newCheckpoint(
        server,
        {
          epoch,
          status: epoch === 1 ? 'pending' : 'ready',
          tags: [`t${epoch}`],
          metadata: { train: { lr: epoch / 10 } },
          metrics: [
            { key: 'loss', value: loss },
            { key: 'mAP', value: 1 - loss, dataset: 'coco-val' },
          ],
        },
        experiment,
      );
    }
    const epochs = async (query: string) =>
      (await server.api('GET', `${checkpointsOf(experiment)}?${query}`)).body.items.map(
        (item: any) => item.epoch,
      );
    expect(await epochs('')).toEqual([2, 1, 0]);
    expect(await epochs(`orderBy=${ref('metrics.loss')}`)).toEqual([1, 2, 0]);
    expect(await epochs(`orderBy=${ref('metrics.loss DESC, epoch')}&limit=1`)).toEqual([0]);
    expect(await epochs(`filter=${ref("status = 'ready' AND epoch >= 1")}`)).toEqual([2]);
    expect(await epochs(`filter=${ref("'t1' IN tags OR metadata.train.lr < 0.05")}`)).toEqual([1, 0]);
    expect(await epochs(`filter=${ref('evaluations."coco-val".mAP > 0.75')}`)).toEqual([2, 1]);
  });
});
