import { afterAll, beforeAll, expect, it } from 'vitest';
import { newExperiment } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('stores keys, digests and values that are special in a Postgres array', async () => {
  const digest = '{"sha",NULL}\\';
  const metrics = [
    ...['NULL', 'null', '{a,b}', '"', '\\', '\\"', "'", 'a,b', 'a b', 'ü/😀', '{}'].map((key, n) => ({
      key,
      value: n,
    })),
    ...[Number.MAX_VALUE, Number.MIN_VALUE, -0.1, 1e-7, 'NaN', 'Infinity', '-Infinity'].map(
      (value, step) => ({
        key: 'values',
        value,
        step,
      }),
    ),
    { key: 'NULL', value: 7, step: 1, dataset: { name: 'd', digest } },
  ];
  const { id } = await newExperiment(server);
  const { status, body } = await server.api('POST', `/v1/experiments/${id}/metrics`, { metrics });
  expect({ status, body }).toMatchObject({ status: 200 });
  const { body: series } = await server.api('GET', `/v1/experiments/${id}/metrics?limit=1000`);
  const read = series.items.map(({ key, value }: { key: string; value: unknown }) => [key, value]);
  expect(read.sort()).toEqual(metrics.map(({ key, value }) => [key, value]).sort());
  const { body: again } = await server.api('POST', `/v1/experiments/${id}/metrics`, { metrics });
  expect(again).toEqual(body);
});
