import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { ok, decideAll, modelWith } = policyTests(() => server);

const rule = {
  name: 'best-of-run',
  metric: 'acc',
  dataset: 'val',
  direction: 'max',
  version: '{experiment}-e{epoch}',
} as const;

const experiment = (namespace: string, name: string, fields: object = {}) =>
  ok('POST', '/v1/experiments', { namespace, name, framework: 'pytorch', ...fields });

const checkpoint = (run: { id: string }, epoch: number, acc: number, namespace: string) =>
  ok('POST', `/v1/experiments/${run.id}/checkpoints`, {
    epoch,
    files: [{ uri: `s3://bucket/${epoch}.pt` }],
    metrics: [{ key: 'acc', value: acc, dataset: `${namespace}/val` }],
  });

const versions = async (model: { url: string }) =>
  (await ok('GET', `${model.url}/versions?orderBy=createdAt`)).items.map(({ version }: any) => version);

test('promotes the best checkpoint once when a run finishes', async () => {
  const model = await modelWith({ promote: [{ ...rule, experiments: "framework = 'pytorch'" }] });
  const { namespace } = model;
  const run = await experiment(`${namespace}/team`, 'run-1');
  const other = await experiment(namespace, 'run-2', { framework: 'keras' });
  await checkpoint(run, 1, 0.5, namespace);
  await checkpoint(run, 2, 0.8, namespace);
  await checkpoint(run, 3, 0.8, namespace);
  await checkpoint(other, 1, 0.9, namespace);
  await decideAll();
  expect(await versions(model)).toEqual([]);
  const preview = await ok('POST', `${model.url}/policy/preview`);
  expect(preview.promote).toEqual([]);
  await ok('PATCH', `/v1/experiments/${other.id}`, { status: 'finished' });
  await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
  await decideAll();
  expect(await versions(model)).toEqual(['run-1-e2']);
  const version = await ok('GET', `/v1/versions/${encodeURIComponent(`${namespace}/yolo:run-1-e2`)}`);
  expect(version).toMatchObject({
    createdBy: 'modelbox',
    framework: 'pytorch',
    evaluations: { val: { acc: 0.8 } },
  });
  // After a person deletes the version, the same checkpoint is not promoted again.
  await ok('DELETE', `/v1/versions/${version.id}`);
  await ok('PATCH', `/v1/experiments/${run.id}`, { metadata: { seen: true } });
  await decideAll();
  expect(await versions(model)).toEqual([]);
});

test('promotes each checkpoint that is the best so far if `at` is once', async () => {
  const model = await modelWith({ promote: [{ ...rule, at: 'once' }] });
  const run = await experiment(model.namespace, 'run');
  for (const [epoch, acc] of [
    [1, 0.5],
    [2, 0.4],
    [3, 0.6],
  ] as const) {
    await checkpoint(run, epoch, acc, model.namespace);
    await decideAll();
  }
  expect(await versions(model)).toEqual(['run-e1', 'run-e3']);
  const decisions = await ok('GET', `${model.url}/decisions?kind=promote&outcome=promoted`);
  expect(decisions.items.map(({ inputs }: any) => inputs.version)).toEqual(['run-e3', 'run-e1']);
});

test('promotes the best of all experiments, and reports a taken name without losing anything', async () => {
  const model = await modelWith({ promote: [{ ...rule, per: 'all', version: '{model}-{epoch}' }] });
  const { namespace } = model;
  const [a, b] = [await experiment(namespace, 'a'), await experiment(namespace, 'b')];
  await checkpoint(a, 7, 0.6, namespace);
  await checkpoint(b, 7, 0.7, namespace);
  await ok('POST', `${model.url}/versions`, { version: 'yolo-7', files: [] });
  await ok('PATCH', `/v1/experiments/${b.id}`, { status: 'finished' });
  await decideAll();
  const [decision] = (await ok('GET', `${model.url}/decisions?kind=promote`)).items;
  expect(decision).toMatchObject({ outcome: 'refused' });
  expect(decision.words).toContain('yolo-7');
  expect(await versions(model)).toEqual(['yolo-7']);
});
