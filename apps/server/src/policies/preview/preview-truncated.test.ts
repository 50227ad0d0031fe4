import { afterAll, beforeAll, expect, it } from 'vitest';
import { onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
const { ok, modelWith, newVersion } = policyTests(() => server);

const policy = {
  label: [
    { name: 'good', tag: 'good', metric: 'mAP', dataset: 'val', direction: 'max', than: 0.2 },
    { name: 'best', alias: 'best', metric: 'mAP', dataset: 'val', direction: 'max' },
  ],
  promote: [{ metric: 'acc', direction: 'max', version: '{experiment}' }],
};

it('says whether there are more labels and promotions than shown', async () => {
  const model = await modelWith({});
  for (let i = 0; i < 3; i++) {
    await newVersion(model, `v${i}`, [onVal(0.5 + i / 10)]);
    const run = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: `run-${i}` });
    await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, files: [], metrics: { acc: i } });
    await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
  }
  const preview = async (limit: number, pageBytes = 2 ** 20) => {
    server.ctx.settings.pageBytes = pageBytes;
    const { label, promote, truncated } = await ok('POST', `${model.url}/policy/preview?limit=${limit}`, {
      policy,
    });
    return [label.length, promote.length, truncated];
  };
  expect(await preview(1)).toEqual([1, 1, { label: true, promote: true }]);
  expect(await preview(3)).toEqual([3, 3, { label: true, promote: false }]);
  expect(await preview(4)).toEqual([4, 3, { label: false, promote: false }]);
  expect(await preview(100)).toEqual([4, 3, { label: false, promote: false }]);
  expect(await preview(100, 1)).toEqual([1, 1, { label: true, promote: true }]);
});

it('shows neither for a namespace', async () => {
  const { namespace } = await modelWith({});
  expect(await ok('POST', `/v1/namespaces/${namespace}/policy/preview`)).toMatchObject({
    label: [],
    promote: [],
    truncated: { label: false, promote: false },
  });
});
