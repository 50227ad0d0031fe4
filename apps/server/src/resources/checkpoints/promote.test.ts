import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newExperiment, newModel } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const promote = (checkpoint: { id: string }, body: object, headers?: Record<string, string>) =>
  server.api('POST', `/v1/checkpoints/${checkpoint.id}/promote`, body, headers);

/** Makes a ready checkpoint with a stored file, a tracked file, and metrics with and without dataset. */
async function trained() {
  const experiment = await newExperiment(server, { framework: 'pytorch' });
  const made = await newCheckpoint(
    server,
    {
      epoch: 7,
      status: 'pending',
      files: [{ uri: 's3://bucket/opt.pt', role: 'other' }],
      metadata: { of: 'the checkpoint' },
      tags: ['run'],
      metrics: [
        { key: 'loss', value: 0.9, step: 1 },
        { key: 'loss', value: 0.1, step: 2 },
        { key: 'acc', value: 'Infinity' },
        { key: 'mAP', value: 0.5, dataset: { name: 'coco-val', digest: 'd1' } },
      ],
    },
    experiment,
  );
  const path = `/v1/checkpoints/${made.id}`;
  await server.api('PUT', `${path}/files/weights/model.bin`, Buffer.from('weights'));
  const { body } = await server.api('POST', `${path}/finalize`);
  return { checkpoint: body, experiment };
}

describe('POST /v1/checkpoints/{checkpoint}/promote', () => {
  it('returns 201 with a ready version: same files, latest metrics, aliases and source', async () => {
    const { checkpoint, experiment } = await trained();
    const model = await newModel(server);
    const promoted = await promote(checkpoint, {
      model: `ai/vision/${model.name}`,
      version: 'v1',
      name: 'first',
      aliases: ['prod', 'champion'],
      metadata: { of: 'the version' },
      metrics: [{ key: 'size', value: 12 }],
      datasets: ['coco-train'],
    });
    expect(promoted.status).toBe(201);
    expect(promoted.body).toMatchObject({
      model: model.name,
      version: 'v1',
      name: 'first',
      status: 'ready',
      framework: 'pytorch',
      aliases: ['champion', 'prod'],
      metadata: { of: 'the version' },
      tags: [],
      metrics: { loss: 0.1, acc: 'Infinity', size: 12 },
      evaluations: { 'coco-val': { mAP: 0.5 } },
      fileCount: 2,
    });
    expect(promoted.body.source).toMatchObject({
      checkpoint: checkpoint.id,
      experiment: `ai/vision/${experiment.name}`,
    });
    expect(promoted.body.files).toMatchObject([
      { path: 'opt.pt', uri: 's3://bucket/opt.pt', role: 'other' },
      { path: 'weights/model.bin', uri: null, role: 'model', sizeBytes: 7, state: 'verified' },
    ]);
    const content = await server.api('GET', `/v1/versions/${promoted.body.id}/files/weights/model.bin`);
    expect(content.body).toBe('weights');
    const resolved = await server.api('GET', `/v1/resolve?ref=${ref(`ai/vision/${model.name}@prod`)}`);
    expect(resolved.body.version.id).toBe(promoted.body.id);
    // Only the latest point of each series is copied.
    const series = await server.api('GET', `/v1/versions/${promoted.body.id}/metrics?key=loss`);
    expect(series.body.items).toMatchObject([{ value: 0.1, step: 2 }]);
    const measured = await server.api('GET', `/v1/versions/${promoted.body.id}/metrics?key=mAP`);
    expect(measured.body.items).toMatchObject([{ dataset: 'coco-val', digest: 'd1' }]);
    const blobs = await server.db.requests.query('SELECT 1 FROM blobs');
    expect(blobs.rowCount).toBe(1);
    expect((await changesOf(server, promoted.body.id)).map((change) => change.action)).toContain('created');
  });

  it('returns 200 for the same request, and 409 for another one', async () => {
    const { checkpoint } = await trained();
    const model = await newModel(server);
    const body = { model: model.id, version: 'v1', aliases: ['prod'] };
    const first = await promote(checkpoint, body);
    expect(first.status).toBe(201);
    const again = await promote(checkpoint, body);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    // Another name form of the same model is the same request.
    expect((await promote(checkpoint, { ...body, model: `ai/vision/${model.name}` })).status).toBe(200);
    expect((await promote(checkpoint, { ...body, tags: ['x'] })).status).toBe(409);
    const { checkpoint: other } = await trained();
    expect((await promote(other, body)).body.code).toBe('exists');
    const history = await server.api('GET', `/v1/models/${model.id}/aliases/prod/history`);
    expect(history.body.items).toHaveLength(1);
  });

  it('keeps the dataset, by its full name, for a model of another namespace', async () => {
    const { checkpoint } = await trained();
    const model = await newModel(server, { namespace: 'elsewhere' });
    const promoted = await promote(checkpoint, { model: model.id, version: 'v1' });
    expect(promoted.body.evaluations).toEqual({ 'ai/vision/coco-val': { mAP: 0.5 } });
  });

  it('replays the version for the same key, and records nothing', async () => {
    const { checkpoint } = await trained();
    const model = await newModel(server);
    const body = { model: model.id, version: 'v1' };
    const first = await promote(checkpoint, body, { 'idempotency-key': 'k-1' });
    const again = await promote(checkpoint, body, { 'idempotency-key': 'k-1' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    const other = await promote(checkpoint, { ...body, version: 'v2' }, { 'idempotency-key': 'k-1' });
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it('returns 409 for a pending checkpoint, and 404 for a deleted or missing checkpoint or model', async () => {
    const model = await newModel(server);
    const body = { model: model.id, version: 'v1' };
    const pending = await newCheckpoint(server);
    const refused = await promote(pending, body);
    expect(refused.status).toBe(409);
    expect(refused.body.code).toBe('not_ready');
    await server.api('DELETE', `/v1/checkpoints/${pending.id}`);
    expect((await promote(pending, body)).status).toBe(404);
    const { checkpoint } = await trained();
    expect((await promote(checkpoint, { ...body, model: 'ai/vision/none' })).status).toBe(404);
    expect((await promote({ id: '01890a5d-ac96-774b-bcce-b302099a8057' }, body)).status).toBe(404);
    expect((await server.api('GET', `/v1/models/${model.id}/versions`)).body.items).toEqual([]);
  });

  it.each([
    ['no model', { version: 'v1' }, '/model'],
    ['no version', { model: 'ai/vision/m' }, '/version'],
    ['files of its own', { model: 'ai/vision/m', version: 'v1', files: [] }, '/files'],
    ['a status', { model: 'ai/vision/m', version: 'v1', status: 'pending' }, '/status'],
  ])('returns 422 for %s', async (_, body, pointer) => {
    const refused = await promote(await newCheckpoint(server), body);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });

  it('keeps the version and its lineage if the checkpoint is deleted', async () => {
    const { checkpoint } = await trained();
    const model = await newModel(server);
    const { body: version } = await promote(checkpoint, { model: model.id, version: 'v1' });
    await server.api('DELETE', `/v1/checkpoints/${checkpoint.id}`);
    expect((await server.api('GET', `/v1/versions/${version.id}/files/weights/model.bin`)).body).toBe(
      'weights',
    );
    const lineage = await server.api('GET', `/v1/versions/${version.id}/lineage`);
    expect(lineage.status).toBe(200);
    expect(JSON.stringify(lineage.body)).toContain(checkpoint.id);
  });

  it('creates a complete version or none during a concurrent delete', async () => {
    for (let round = 0; round < 5; round++) {
      const { checkpoint } = await trained();
      const model = await newModel(server, { name: freshName('raced') });
      const [promoted, deleted] = await Promise.all([
        promote(checkpoint, { model: model.id, version: 'v1', aliases: ['prod'] }),
        server.api('DELETE', `/v1/checkpoints/${checkpoint.id}`),
      ]);
      expect(deleted.status).toBe(204);
      expect([201, 404]).toContain(promoted.status);
      const { body } = await server.api('GET', `/v1/models/${model.id}/versions`);
      expect(body.items).toHaveLength(promoted.status === 201 ? 1 : 0);
      if (promoted.status === 201) expect(body.items[0]).toMatchObject({ fileCount: 2, aliases: ['prod'] });
    }
  });
});
