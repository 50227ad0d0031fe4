import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changesOf, newExperiment } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

/** Tests identity, replacement and latest values against a naive model that searches a list of all points. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.api('POST', '/v1/datasets', { namespace: 'ai/vision', name: 'd1', digest: 'A' });
  await server.api('POST', '/v1/datasets', { namespace: 'other', name: 'd2' });
});
afterAll(() => server.stop());

interface Sent {
  key: string;
  value: number | string;
  step?: number | null;
  time?: string | null;
  dataset?: string | { name: string; digest?: string | null } | null;
}

interface Kept {
  key: string;
  dataset: string | null;
  digest: string | null;
  step: number | null;
  time: string | null;
  value: number | string;
  received: number;
}

/** All forms of a dataset mention, with the name and digest that they mean in `ai/vision`. */
const MENTIONS = new Map<Sent['dataset'], [name: string | null, digest: string | null]>([
  [undefined, [null, null]],
  [null, [null, null]],
  ['d1', ['d1', 'A']],
  ['ai/vision/d1', ['d1', 'A']],
  [{ name: 'd1', digest: 'B' }, ['d1', 'B']],
  [{ name: 'ai/vision/d1', digest: null }, ['d1', 'A']],
  ['other/d2', ['other/d2', null]],
  [{ name: 'other/d2', digest: 'A' }, ['other/d2', 'A']],
]);

/** All forms of a time, with the instant in microseconds after 12:00. */
const TIMES = new Map<string | null | undefined, string | null>([
  [undefined, null],
  [null, null],
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000Z'],
  ['2026-01-31T13:30:00.000000+01:30', '2026-01-31T12:00:00.000000Z'],
  ['2026-01-31T12:00:00.000001Z', '2026-01-31T12:00:00.000001Z'],
  ['2026-01-31T11:59:59.999999Z', '2026-01-31T11:59:59.999999Z'],
]);

const sent: fc.Arbitrary<Sent> = fc.record(
  {
    key: fc.constantFrom('a', 'b'),
    value: fc.constantFrom<number | string>(0, 1, 2, 0.1, -1, 'NaN', 'Infinity', '-Infinity'),
    step: fc.constantFrom(null, 0, 1, 2, Number.MAX_SAFE_INTEGER),
    time: fc.constantFrom(...[...TIMES.keys()].filter((time) => time !== undefined)),
    dataset: fc.constantFrom(...[...MENTIONS.keys()].filter((mention) => mention !== undefined)),
  },
  { requiredKeys: ['key', 'value'] },
);

const identityOf = (point: Omit<Kept, 'received' | 'value'>): string =>
  JSON.stringify([point.key, point.dataset, point.digest, point.step, point.time]);

function createModel() {
  let points: Kept[] = [];
  let received = 0;
  /** Returns the number of changed points. */
  function log(batch: Sent[]): number {
    const wanted = new Map<string, Omit<Kept, 'received'>>();
    for (const point of batch) {
      const [dataset, digest] = MENTIONS.get(point.dataset) as [string | null, string | null];
      const time = TIMES.get(point.time) as string | null;
      const kept = { key: point.key, value: point.value, step: point.step ?? null, time, dataset, digest };
      // If a point appears twice in a batch, the last one counts, at its position.
      wanted.delete(identityOf(kept));
      wanted.set(identityOf(kept), kept);
    }
    let changed = 0;
    for (const [identity, point] of wanted) {
      const there = points.find((other) => identityOf(other) === identity);
      if (there?.value === point.value) continue;
      points = [...points.filter((other) => other !== there), { ...point, received: ++received }];
      changed++;
    }
    return changed;
  }
  const isLater = (a: Kept, b: Kept): boolean => {
    if ((a.step ?? -1) !== (b.step ?? -1)) return (a.step ?? -1) > (b.step ?? -1);
    if ((a.time ?? '') !== (b.time ?? '')) return (a.time ?? '') > (b.time ?? '');
    return a.received > b.received;
  };
  function latest() {
    const best = new Map<string, Kept>();
    for (const point of points) {
      const series = JSON.stringify([point.key, point.dataset]);
      const other = best.get(series);
      if (other === undefined || isLater(point, other)) best.set(series, point);
    }
    const metrics: Record<string, unknown> = {};
    const evaluations: Record<string, Record<string, unknown>> = {};
    for (const { key, dataset, value } of best.values()) {
      if (dataset === null) metrics[key] = value;
      else evaluations[dataset] = { ...evaluations[dataset], [key]: value };
    }
    return { metrics, evaluations };
  }
  const seriesOrder = (a: Kept, b: Kept): number => {
    for (const field of ['key', 'dataset', 'step', 'time', 'received'] as const) {
      const [x, y] = [a[field] ?? (field === 'step' ? -1 : ''), b[field] ?? (field === 'step' ? -1 : '')];
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  };
  const all = () => [...points].sort(seriesOrder).map(({ received: _, ...point }) => point);
  return { log, latest, all };
}

it('stores and returns random batches like the naive model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(sent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 }),
      async (batches) => {
        const model = createModel();
        const { id } = await newExperiment(server);
        const path = `/v1/experiments/${id}`;
        const counts: number[] = [];
        for (const metrics of batches) {
          const changed = model.log(metrics);
          if (changed > 0) counts.push(changed);
          const { status, body } = await server.api('POST', `${path}/metrics`, { metrics });
          expect(status).toBe(200);
          expect(body).toEqual(model.latest());
        }
        const { body } = await server.api('GET', path);
        expect(body).toMatchObject(model.latest());
        const read = await server.api('GET', `${path}/metrics?limit=1000`);
        expect(read.body.items).toEqual(model.all());
        const changes = (await changesOf(server, id)).slice(1);
        expect(changes.map((change) => change.detail.points)).toEqual(counts);
      },
    ),
    { numRuns: 60, endOnFailure: false },
  );
});

it('returns the same values for points in a create and points that are logged later', async () => {
  const { id } = await newExperiment(server);
  let step = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { maxLength: 12 }), async (metrics) => {
      const model = createModel();
      model.log(metrics);
      const path = `/v1/experiments/${id}/checkpoints`;
      const { status, body } = await server.api('POST', path, { step: step++, metrics });
      expect(status).toBe(201);
      expect(body).toMatchObject(model.latest());
      expect((await server.api('GET', `/v1/checkpoints/${body.id}`)).body).toEqual(body);
    }),
    { numRuns: 60 },
  );
});
