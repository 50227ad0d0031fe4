import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await startTestServer();
  const { id } = await newExperiment(server);
  path = `/v1/experiments/${id}`;
  const metrics = [
    ...Array.from({ length: 100 }, (_, step) => ({
      key: 'loss',
      value: step === 37 ? 1000 : step === 61 ? -1000 : step,
      step,
      time: new Date(Date.UTC(2026, 0, 1, 0, step)).toISOString(),
    })),
    { key: 'loss', value: 7 },
    { key: 'loss', value: 8, step: 5 },
    { key: 'loss', value: 9, time: '2026-01-01T00:05:00Z' },
    { key: 'loss', value: 0.5, step: 1, dataset: 'coco-val' },
    { key: 'loss', value: 0.4, step: 2, dataset: { name: 'coco-val', digest: 'd2' } },
    { key: 'loss', value: 0.3, step: 2, dataset: 'zoo/coco' },
    { key: 'acc', value: 'NaN', step: 3 },
  ];
  const logged = await server.api('POST', `${path}/metrics`, { metrics });
  expect(logged.status).toBe(200);
});
afterAll(() => server.stop());

const read = async (query = ''): Promise<any[]> => {
  const { status, body } = await server.api('GET', `${path}/metrics?limit=1000&${query}`);
  expect(status).toBe(200);
  expect(body.nextCursor).toBe(null);
  return body.items;
};
const valuesOf = (items: any[]) => items.map((item) => item.value);

describe('GET …/metrics', () => {
  it('sorts by key, dataset, step and time, with missing values first', async () => {
    const items = await read();
    expect(items).toHaveLength(107);
    expect(items[0]).toEqual({ key: 'acc', value: 'NaN', step: 3, time: null, dataset: null, digest: null });
    expect(items.slice(1, 4)).toMatchObject([
      { value: 7, step: null, time: null },
      { value: 9, step: null, time: '2026-01-01T00:05:00.000000Z' },
      { value: 0, step: 0, time: '2026-01-01T00:00:00.000000Z' },
    ]);
    const fifth = items.filter((item) => item.step === 5);
    expect(fifth).toMatchObject([{ value: 8, time: null }, { value: 5 }]);
    expect(items.slice(-3)).toMatchObject([
      { dataset: 'coco-val', digest: 'd2', value: 0.5 },
      { dataset: 'coco-val', digest: 'd2', value: 0.4 },
      { dataset: 'zoo/coco', digest: null, value: 0.3 },
    ]);
  });

  it('filters by key, and by dataset with its bare or full name', async () => {
    expect(await read('key=acc')).toHaveLength(1);
    expect(await read('key=none')).toEqual([]);
    expect(valuesOf(await read('dataset=coco-val'))).toEqual([0.5, 0.4]);
    expect(valuesOf(await read(`dataset=${ref('ai/vision/coco-val')}`))).toEqual([0.5, 0.4]);
    expect(valuesOf(await read(`key=loss&dataset=${ref('zoo/coco')}`))).toEqual([0.3]);
    expect((await server.api('GET', `${path}/metrics?dataset=none`)).status).toBe(404);
  });

  it('filters by inclusive ranges of steps and times, without points that have none', async () => {
    expect(valuesOf(await read('key=loss&fromStep=98'))).toEqual([98, 99]);
    expect(valuesOf(await read('fromStep=3&toStep=4'))).toEqual(['NaN', 3, 4]);
    expect(valuesOf(await read('fromTime=2026-01-01T00:04:00Z&toTime=2026-01-01T01:05:00%2B01:00'))).toEqual([
      9, 4, 5,
    ]);
    expect(await read('fromStep=9&toStep=3')).toEqual([]);
  });

  it('returns each point once in pages of any size', async () => {
    const whole = await read();
    for (const query of ['', 'key=loss&', 'points=10&']) {
      const expected = query === '' ? whole : await read(query);
      for (const limit of [1, 7, 50]) {
        const seen: any[] = [];
        let cursor = '';
        do {
          const { body } = await server.api('GET', `${path}/metrics?${query}limit=${limit}${cursor}`);
          expect(body.items.length).toBeLessThanOrEqual(limit);
          seen.push(...body.items);
          cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
        } while (cursor);
        expect(seen).toEqual(expected);
      }
    }
  });

  it('samples every series to the requested number of its own points, and keeps the extremes', async () => {
    const whole = await read();
    for (const points of [2, 3, 10, 33, 102, 103, 10_000]) {
      const sampled = await read(`points=${points}`);
      const texts = new Set(whole.map((item) => JSON.stringify(item)));
      expect(sampled.every((item) => texts.has(JSON.stringify(item)))).toBe(true);
      const curve = sampled.filter((item) => item.key === 'loss' && item.dataset === null);
      expect(curve.length).toBeLessThanOrEqual(points);
      expect(curve.length).toBeGreaterThan(Math.min(points, 103) / 2 - 1);
      expect(valuesOf(curve)).toEqual(expect.arrayContaining([1000, -1000]));
      expect(sampled.filter((item) => item.dataset === 'coco-val')).toHaveLength(2);
      expect(sampled.filter((item) => item.key === 'acc')).toHaveLength(1);
      if (points >= 103) expect(sampled).toEqual(whole);
    }
    // The range applies before the sampling, so that zooming in shows more.
    expect(await read('key=loss&fromStep=10&toStep=19&points=10')).toHaveLength(10);
  });

  it('returns 422 for invalid bounds', async () => {
    for (const query of [
      'points=1',
      'points=10001',
      'fromStep=-1',
      'fromStep=1.5',
      'toTime=yesterday',
      'key=',
      'steps=1',
      'cursor=x',
      `cursor=${Buffer.from('["a","b","1","2026","1"]').toString('base64url')}`,
      `cursor=${Buffer.from('["a","b","99999999999999999999","-infinity","1"]').toString('base64url')}`,
      `cursor=${Buffer.from('["\\u0000","b","1","-infinity","1"]').toString('base64url')}`,
      `cursor=${Buffer.from('["a","b","1","2026-99-99 00:00:00+00","1"]').toString('base64url')}`,
    ]) {
      const refused = await server.api('GET', `${path}/metrics?${query}`);
      expect(refused.status, query).toBe(422);
    }
  });
});
