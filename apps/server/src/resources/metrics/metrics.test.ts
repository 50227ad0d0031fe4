import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment, newModel, newOwner } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const log = (path: string, metrics: unknown) => server.api('POST', `${path}/metrics`, { metrics });
const series = async (path: string, query = ''): Promise<any[]> =>
  (await server.api('GET', `${path}/metrics?limit=1000${query && `&${query}`}`)).body.items;

describe.each(OWNER_KINDS)('POST /v1/%ss/{id}/metrics', (kind) => {
  it('returns the latest values, shows them on the object, and records one change with the count', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const logged = await log(path, [
      { key: 'loss', value: 0.5, step: 1 },
      { key: 'loss', value: 0.4, step: 2 },
      { key: 'mAP', value: 0.7, dataset: 'coco-val' },
    ]);
    expect(logged.status).toBe(200);
    const latest = { metrics: { loss: 0.4 }, evaluations: { 'coco-val': { mAP: 0.7 } } };
    expect(logged.body).toEqual(latest);
    const read = await server.api('GET', path);
    expect(read.body).toMatchObject(latest);
    expect(read.headers.get('etag')).toBe('"1"');
    const [, change, ...more] = await changesOf(server, id);
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      action: 'metrics_logged',
      before: null,
      after: null,
      detail: { points: 3 },
    });
    expect(JSON.stringify(change?.detail.latest)).not.toContain('0.5');
  });

  it('changes and records nothing for the same points', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const points = [
      { key: 'loss', value: 0.5, step: 1, time: '2026-01-01T00:00:00.123456Z' },
      { key: 'loss', value: 'NaN' },
      { key: 'mAP', value: '-Infinity', dataset: { name: 'd', digest: 'x' } },
    ];
    const first = await log(path, points);
    const before = await series(path);
    const again = await log(path, points);
    expect(again.body).toEqual(first.body);
    expect(await series(path)).toEqual(before);
    expect(await changesOf(server, id)).toHaveLength(2);
  });
});

describe('values', () => {
  it.each([
    0,
    1,
    -1,
    0.1,
    1e21,
    1e-7,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    4.35,
    1 / 3,
    9007199254740991,
    'NaN',
    'Infinity',
    '-Infinity',
  ])('keep %s, in the series and as latest value', async (value) => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    expect((await log(path, [{ key: 'v', value }])).body.metrics).toEqual({ v: value });
    expect((await series(path))[0]?.value).toBe(value);
    expect((await server.api('GET', path)).body.metrics).toEqual({ v: value });
    const listed = await server.api('GET', `/v1/experiments?filter=${ref(`metrics.v = 12345`)}`);
    expect(listed.status).toBe(200);
  });

  it('are 422 in any other form', async () => {
    const { id } = await newExperiment(server);
    for (const value of ['nan', 'inf', '1', null, true, {}, [1], undefined])
      expect((await log(`/v1/experiments/${id}`, [{ key: 'v', value }])).status, JSON.stringify(value)).toBe(
        422,
      );
    const raw = await server.api(
      'POST',
      `/v1/experiments/${id}/metrics`,
      '{"metrics":[{"key":"v","value":1e400}]}',
      {
        'content-type': 'application/json',
      },
    );
    expect(raw.status).toBe(422);
    for (const value of ['NaN', 'Infinity']) {
      const bare = await server.api(
        'POST',
        `/v1/experiments/${id}/metrics`,
        `{"metrics":[{"key":"v","value":${value}}]}`,
        {
          'content-type': 'application/json',
        },
      );
      expect(bare.status).toBe(400);
    }
    expect(await series(`/v1/experiments/${id}`)).toEqual([]);
  });

  it('treat -0 as 0', async () => {
    const { id } = await newExperiment(server);
    await log(`/v1/experiments/${id}`, [{ key: 'v', value: 0 }]);
    await server.api('POST', `/v1/experiments/${id}/metrics`, '{"metrics":[{"key":"v","value":-0}]}', {
      'content-type': 'application/json',
    });
    expect(await changesOf(server, id)).toHaveLength(2);
  });
});

describe('identity', () => {
  it('consists of key, dataset, digest, step and time; another value replaces', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const identities = [
      { key: 'a' },
      { key: 'A' },
      { key: 'a', step: 0 },
      { key: 'a', time: '2026-01-01T00:00:00Z' },
      { key: 'a', step: 0, time: '2026-01-01T00:00:00Z' },
      { key: 'a', step: 0, time: '2026-01-01T00:00:00.000001Z' },
      { key: 'a', dataset: 'ident' },
      { key: 'a', dataset: { name: 'ident', digest: 'x' } },
      { key: 'a', dataset: { name: 'ident', digest: 'y' } },
      { key: 'a', dataset: 'elsewhere/d' },
    ];
    // `ident` must exist without a digest first, otherwise it gets the first mentioned digest.
    await log(path, [{ key: 'other', value: 0, dataset: 'ident' }]);
    await log(
      path,
      identities.map((identity, value) => ({ ...identity, value })),
    );
    expect(await series(path, 'key=a')).toHaveLength(identities.length - 1);
    await log(
      path,
      identities.map((identity, value) => ({ ...identity, value: value + 100 })),
    );
    const values = [...(await series(path, 'key=a')), ...(await series(path, 'key=A'))].map(
      (point) => point.value,
    );
    expect(values.sort((a, b) => a - b)).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
  });

  it('compares instants, not texts of times, to the microsecond', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    for (const [value, time] of [
      '2026-01-31T12:00:00.123456Z',
      '2026-01-31T13:00:00.123456+01:00',
      '2026-01-31T06:30:00.1234560-05:30',
    ].entries())
      await log(path, [{ key: 'a', value, time }]);
    expect(await series(path)).toMatchObject([{ value: 2, time: '2026-01-31T12:00:00.123456Z' }]);
    await log(path, [{ key: 'a', value: 9, time: '2026-01-31T12:00:00.123457Z' }]);
    expect((await series(path)).map((point) => point.time)).toEqual([
      '2026-01-31T12:00:00.123456Z',
      '2026-01-31T12:00:00.123457Z',
    ]);
  });

  it('uses the current digest without a mentioned one, so a changed dataset gives another point', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    await server.api('POST', '/v1/datasets', { namespace: 'ai/vision', name: 'moving', digest: 'v1' });
    await log(path, [{ key: 'a', value: 1, dataset: 'moving' }]);
    await server.api('PATCH', `/v1/datasets/${ref('ai/vision/moving')}`, { digest: 'v2' });
    await log(path, [{ key: 'a', value: 2, dataset: 'moving' }]);
    expect((await series(path)).map((point) => [point.digest, point.value])).toEqual([
      ['v1', 1],
      ['v2', 2],
    ]);
    expect((await server.api('GET', path)).body.evaluations).toEqual({ moving: { a: 2 } });
  });

  it.each(['__proto__', 'constructor', 'toString', 'val/loss', 'ünïcode 🙂', 'a.b', '"'])(
    'accepts the key %j, and a dataset of that name if it is valid',
    async (key) => {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}`;
      const dataset = key === 'val/loss' ? 'd' : key;
      const logged = await log(path, [
        { key, value: 1 },
        { key, value: 2, dataset },
      ]);
      expect(logged.status).toBe(200);
      const text = JSON.stringify(logged.body);
      expect(text).toContain(`${JSON.stringify(key)}:1`);
      expect(text).toContain(`${JSON.stringify(key)}:2`);
      expect(Object.entries(logged.body.metrics)).toEqual([[key, 1]]);
      expect((await series(path, `key=${ref(key)}`)).map((point) => point.value)).toEqual([1, 2]);
    },
  );

  it.each([
    ['an empty key', { key: '', value: 1 }, '/metrics/0/key'],
    ['a key with a line break', { key: 'a\nb', value: 1 }, '/metrics/0/key'],
    ['a key of 257 characters', { key: 'k'.repeat(257), value: 1 }, '/metrics/0/key'],
    ['a negative step', { key: 'a', value: 1, step: -1 }, '/metrics/0/step'],
    ['a time without zone', { key: 'a', value: 1, time: '2026-01-01T00:00:00' }, '/metrics/0/time'],
    ['a day that is none', { key: 'a', value: 1, time: '2026-02-30T00:00:00Z' }, '/metrics/0/time'],
    ['a time that is a number', { key: 'a', value: 1, time: 1767225600 }, '/metrics/0/time'],
    ['an unknown field', { key: 'a', value: 1, epoch: 1 }, '/metrics/0/epoch'],
    ['a dataset without name', { key: 'a', value: 1, dataset: { digest: 'x' } }, '/metrics/0/dataset/name'],
  ])('returns 422 for %s', async (_, point, pointer) => {
    const { id } = await newExperiment(server);
    const refused = await log(`/v1/experiments/${id}`, [point]);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map((error: any) => error.pointer)).toContain(pointer);
  });

  it('never fails with 500 for an odd time', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    for (const time of [
      '0000-01-01T00:00:00Z',
      '0000-12-31T23:59:59Z',
      '0001-01-01T00:00:00Z',
      '0001-01-01T00:00:00+10:00',
      '9999-12-31T23:59:59.999999Z',
      '9999-12-31T23:59:59.9999999Z',
      '9999-12-31T23:59:59-10:00',
      '2026-01-01T00:00:00+23:59',
      '2026-01-01T00:00:00-18:00',
      '2026-01-01T00:00:00.1234567890123456789Z',
      '2016-12-31T23:59:60Z',
    ]) {
      const logged = await log(path, [{ key: 'odd', value: 1, time }]);
      expect([200, 422], `${time}: ${JSON.stringify(logged.body)}`).toContain(logged.status);
      const read = await server.api('GET', `${path}/metrics`);
      expect(read.status, time).toBe(200);
      const asked = await server.api('GET', `${path}/metrics?fromTime=${ref(time)}`);
      expect([200, 422], `${time}: ${JSON.stringify(asked.body)}`).toContain(asked.status);
      const told = await server.api('POST', `${path}/events`, { name: 'e', source: 's', time });
      expect([201, 422], `${time}: ${JSON.stringify(told.body)}`).toContain(told.status);
    }
    for (const { time } of await series(path)) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });
});

describe('batches', () => {
  it('can have 10,000 points, which are returned in order', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const points = Array.from({ length: 10_000 }, (_, i) => ({
      key: `key-${i % 10}`,
      value: i,
      step: 9_999 - i,
      ...(i % 3 === 0 ? { dataset: { name: 'big', digest: `d${i % 2}` } } : {}),
    }));
    const logged = await log(path, points);
    expect(logged.status).toBe(200);
    const seen: any[] = [];
    let cursor = '';
    do {
      const { body } = await server.api('GET', `${path}/metrics?limit=1000${cursor}`);
      seen.push(...body.items);
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(seen).toHaveLength(10_000);
    expect(new Set(seen.map((point) => point.value)).size).toBe(10_000);
    const change = (await changesOf(server, id)).at(-1);
    expect(change?.detail.points).toBe(10_000);
    expect(change?.detail.latest.length).toBeLessThanOrEqual(20);
    const again = await log(path, points);
    expect(again.body).toEqual(logged.body);
    expect(await changesOf(server, id)).toHaveLength(2);
  });

  it('are 422 with more points, no points, or no list', async () => {
    const { id } = await newExperiment(server);
    const points = Array.from({ length: 10_001 }, (_, step) => ({ key: 'a', value: 1, step }));
    expect((await log(`/v1/experiments/${id}`, points)).status).toBe(422);
    expect((await log(`/v1/experiments/${id}`, [])).status).toBe(422);
    expect((await log(`/v1/experiments/${id}`, { a: 1 })).status).toBe(422);
  });

  it('are atomic: one bad point leaves nothing, not even its dataset', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const good = Array.from({ length: 50 }, (_, step) => ({
      key: 'a',
      value: 1,
      step,
      dataset: 'half-made',
    }));
    const bad = [
      { key: 'a', value: 'x' },
      { key: 'a', value: 1, dataset: 'a@b' },
      { key: 'a', value: 1, dataset: `${'x/'.repeat(300)}d` },
    ];
    for (const point of bad) expect((await log(path, [...good, point])).status).toBe(422);
    expect(await series(path)).toEqual([]);
    expect(await changesOf(server, id)).toHaveLength(1);
    expect((await server.api('GET', `/v1/datasets/${ref('ai/vision/half-made')}`)).status).toBe(404);
  });

  it('keep the last of two equal points', async () => {
    const { id } = await newExperiment(server);
    const logged = await log(`/v1/experiments/${id}`, [
      { key: 'a', value: 1, step: 5 },
      { key: 'a', value: 9, step: 1 },
      { key: 'a', value: 2, step: 5 },
    ]);
    expect(logged.body.metrics).toEqual({ a: 2 });
    expect((await series(`/v1/experiments/${id}`)).map((point) => point.value)).toEqual([9, 2]);
  });

  it('lose nothing under concurrency, and each change counts its own points', async () => {
    const { id } = await newCheckpoint(server);
    const path = `/v1/checkpoints/${id}`;
    const batches = Array.from({ length: 12 }, (_, batch) =>
      Array.from({ length: 50 }, (_, i) => ({
        key: `k${i % 3}`,
        value: batch * 50 + i,
        step: batch * 50 + i,
        ...(i % 2 === 0 ? { dataset: 'shared' } : {}),
      })),
    );
    const answers = await Promise.all(batches.map((batch) => log(path, batch)));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const points = await series(path);
    expect(points).toHaveLength(600);
    const read = await server.api('GET', path);
    for (const key of ['k0', 'k1', 'k2']) {
      const of = (dataset: string | null) =>
        points.filter((point) => point.key === key && point.dataset === dataset).at(-1)?.value;
      expect(read.body.metrics[key]).toBe(of(null));
      expect(read.body.evaluations['shared'][key]).toBe(of('shared'));
    }
    const logged = (await changesOf(server, id)).filter((change) => change.action === 'metrics_logged');
    expect(logged.map((change) => change.detail.points)).toEqual(Array.from({ length: 12 }, () => 50));
  });

  it('log the same concurrent points once', async () => {
    const { id } = await newModel(server);
    const batch = [{ key: 'a', value: 1, step: 1, dataset: 'shared' }];
    await Promise.all(Array.from({ length: 8 }, () => log(`/v1/models/${id}`, batch)));
    expect(await series(`/v1/models/${id}`)).toHaveLength(1);
    expect(await changesOf(server, id)).toHaveLength(2);
  });

  it('are 404 for a deleted or missing object', async () => {
    const { id } = await newCheckpoint(server);
    await server.api('DELETE', `/v1/checkpoints/${id}`);
    const batch = [{ key: 'a', value: 1, dataset: 'for-nobody' }];
    expect((await log(`/v1/checkpoints/${id}`, batch)).body.code).toBe('not_found');
    expect((await log('/v1/checkpoints/01890a5d-ac96-774b-bcce-b302099a8057', batch)).body.code).toBe(
      'not_found',
    );
    expect((await log(`/v1/models/${ref('ai/none')}`, batch)).status).toBe(404);
    expect((await server.api('GET', `/v1/checkpoints/${id}/metrics`)).status).toBe(404);
    expect((await server.api('GET', `/v1/datasets/${ref('ai/vision/for-nobody')}`)).status).toBe(404);
  });
});
