import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment, newModel, newOwner } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricKeys: 5 });
});
afterAll(() => server?.stop());

const values = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${from + i}`, i]));
const points = (count: number, from = 0, fields: object = {}) =>
  Object.entries(values(count, from)).map(([key, value]) => ({ key, value, ...fields }));

function demandRefused(answer: { status: number; body: any }, has: number, fresh: number): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(422);
  expect(answer.body.code).toBe('invalid');
  expect(answer.body.errors).toHaveLength(1);
  expect(answer.body.errors[0]).toMatchObject({ in: 'body', pointer: '/metrics' });
  expect(answer.body.errors[0].message).toContain('more than 5 metric keys');
  expect(answer.body.errors[0].message).toContain(`it has ${has}, and ${fresh} of these are new`);
}

describe.each(OWNER_KINDS)('a %s', (kind) => {
  it('returns 422 for keys above the limit, and accepts existing keys', async () => {
    const path = `/v1/${kind}s/${(await newOwner(server, kind)).id}`;
    const log = (metrics: unknown[]) => server.api('POST', `${path}/metrics`, { metrics });
    expect((await log(points(4))).status).toBe(200);
    demandRefused(await log(points(4, 2)), 4, 2);
    // A key counts again for each dataset.
    demandRefused(await log(points(2, 0, { dataset: `only-${kind}` })), 4, 2);
    expect(
      (await server.api('GET', `/v1/datasets/${encodeURIComponent(`ai/vision/only-${kind}`)}`)).status,
    ).toBe(404);
    expect((await log(points(1, 0, { dataset: 'val' }))).status).toBe(200);
    expect((await log(points(4, 0, { step: 1 }))).status).toBe(200);
    expect((await server.api('GET', path)).body.metrics).toEqual(values(4));
  });

  it('enforces the limit for concurrent batches', async () => {
    const path = `/v1/${kind}s/${(await newOwner(server, kind)).id}`;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        server.api('POST', `${path}/metrics`, { metrics: points(2, i * 2) }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422, 422, 422, 422]);
    expect(Object.keys((await server.api('GET', path)).body.metrics)).toHaveLength(4);
  });
});

describe('a create', () => {
  it('with too many keys is 422 and stores nothing, for a version and a checkpoint', async () => {
    const model = await newModel(server);
    const run = await newExperiment(server);
    const lists = [`/v1/models/${model.id}/versions`, `/v1/experiments/${run.id}/checkpoints`];
    for (const [i, path] of lists.entries()) {
      const named = i === 0 ? { version: 'v1' } : { epoch: 1 };
      demandRefused(await server.api('POST', path, { ...named, metrics: values(6) }), 0, 6);
      expect((await server.api('GET', path)).body.items).toEqual([]);
      const made = await server.api('POST', path, { ...named, metrics: values(5) });
      expect(made.status).toBe(201);
      expect(Object.keys(made.body.metrics)).toHaveLength(5);
    }
  });
});

it('reads an object with too many keys, and accepts further points for its keys', async () => {
  const { id } = await newExperiment(server);
  const path = `/v1/experiments/${id}`;
  server.ctx.settings.metricKeys = 20;
  expect((await server.api('POST', `${path}/metrics`, { metrics: points(20) })).status).toBe(200);
  server.ctx.settings.metricKeys = 5;
  expect(Object.keys((await server.api('GET', path)).body.metrics)).toHaveLength(20);
  const logged = await server.api('POST', `${path}/metrics`, { metrics: points(20, 0, { step: 2 }) });
  expect(logged.status).toBe(200);
  demandRefused(await server.api('POST', `${path}/metrics`, { metrics: points(1, 20) }), 20, 1);
});
