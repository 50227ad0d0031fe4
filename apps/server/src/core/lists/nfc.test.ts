import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

/* Names, tags and metric keys are stored in NFC. Requests may send them decomposed, as macOS writes file names. */

let server: TestServer;
const composed = 'é';
const decomposed = 'e\u0301';
const namespace = `caf${composed}`;
let model: string;
let experiment: string;

async function ok(method: string, path: string, body?: unknown): Promise<any> {
  const answer = await server.api(method, path, body);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}
const found = async (path: string, filter: string): Promise<string[]> => {
  const { items } = await ok('GET', `${path}${path.includes('?') ? '&' : '?'}filter=${ref(filter)}`);
  return items.map((item: any) => item.version ?? item.name ?? item.path ?? item.epoch);
};

beforeAll(async () => {
  server = await startTestServer();
  const sent = { namespace: `caf${decomposed}`, name: decomposed, tags: [decomposed, composed, 'z'] };
  model = (await ok('POST', '/v1/models', { ...sent, metadata: { word: decomposed }, owner: decomposed })).id;
  await ok('POST', `/v1/models/${model}/versions`, {
    version: `v${decomposed}`,
    name: decomposed,
    files: [],
    tags: [decomposed],
    aliases: [decomposed],
    metrics: [
      { key: `acc${decomposed}`, value: 1 },
      { key: `acc${decomposed}`, value: 0.5, dataset: decomposed },
    ],
  });
  experiment = (await ok('POST', '/v1/experiments', { ...sent, metrics: undefined })).id;
  await ok('POST', `/v1/experiments/${experiment}/checkpoints`, { epoch: 1, tags: [decomposed] });
});
afterAll(() => server.stop());

describe.each([
  ['composed', composed],
  ['decomposed', decomposed],
])('%s text', (_, e) => {
  it.each([
    [`name = '${e}'`],
    [`name IN ('x', '${e}')`],
    [`name LIKE '${e}%'`],
    [`name ILIKE '%${e}'`],
    [`namespace = 'caf${e}'`],
    [`'${e}' IN tags`],
  ])('finds models and experiments by %s', async (filter) => {
    expect(await found('/v1/models', filter)).toEqual([composed]);
    expect(await found('/v1/experiments', filter)).toEqual([composed]);
  });

  it.each([
    [`version = 'v${e}'`],
    [`version LIKE 'v_'`],
    [`'${e}' IN tags`],
    [`'${e}' IN aliases`],
    [`metrics."acc${e}" = 1`],
    [`metrics.acc${e} = 1`],
    [`evaluations."${e}"."acc${e}" < 1`],
    [`evaluations."caf${e}/${e}"."acc${e}" < 1`],
  ])('finds versions by %s', async (filter) => {
    expect(await found(`/v1/models/${model}/versions`, filter)).toEqual([`v${composed}`]);
  });

  it('finds checkpoints, datasets and namespaces', async () => {
    expect(await found(`/v1/experiments/${experiment}/checkpoints`, `'${e}' IN tags`)).toEqual([1]);
    expect(await found('/v1/datasets', `name = '${e}' AND namespace = 'caf${e}'`)).toEqual([composed]);
    expect(await found('/v1/namespaces', `path = 'caf${e}'`)).toEqual([namespace]);
  });

  it('names objects in paths and queries', async () => {
    const n = ref(`caf${e}`);
    for (const kind of ['models', 'experiments', 'datasets'])
      expect((await ok('GET', `/v1/${kind}?namespace=${n}`)).items).toHaveLength(1);
    expect((await ok('GET', `/v1/namespaces?under=${n}`)).items).toEqual([]);
    const version = ref(`caf${e}/${e}:v${e}`);
    const points = async (query: string) =>
      (await ok('GET', `/v1/versions/${version}/metrics?${query}`)).items.length;
    expect(await points(`key=${ref(`acc${e}`)}`)).toBe(2);
    expect(await points(`dataset=${ref(e)}`)).toBe(1);
    expect(await points(`dataset=${ref(`caf${e}/${e}`)}&key=${ref(`acc${e}`)}`)).toBe(1);
    expect((await ok('GET', `/v1/resolve?ref=${ref(`caf${e}/${e}@${e}`)}`)).version.version).toBe(
      `v${composed}`,
    );
    expect((await ok('GET', `/v1/models/${model}/decisions?rule=${ref(e)}`)).items).toEqual([]);
  });

  it('names metrics, datasets, tags and aliases in policies and their filters', async () => {
    const label = {
      name: `r${e}`,
      alias: `best${e}`,
      metric: `acc${e}`,
      dataset: e,
      direction: 'max',
      filter: `'${e}' IN tags AND version = 'v${e}'`,
    };
    const preview = await ok('POST', `/v1/models/${model}/policy/preview`, { policy: { label: [label] } });
    expect(JSON.stringify(preview)).toContain(`best${composed}`);
    expect(preview.warnings).toEqual([]);
    const retain = {
      versions: { keep: [{ best: 1, metric: `acc${e}`, direction: 'max' }], remove: 'object' },
    };
    expect((await ok('POST', `/v1/models/${model}/policy/preview`, { policy: { retain } })).warnings).toEqual(
      [],
    );
  });

  it('compares free text and metadata byte by byte', async () => {
    const expected = e === decomposed ? [composed] : [];
    expect(await found('/v1/models', `metadata.word = '${e}'`)).toEqual(expected);
    expect(await found('/v1/models', `owner = '${e}'`)).toEqual(expected);
    expect(await found(`/v1/models/${model}/versions`, `name = '${e}'`)).toHaveLength(expected.length);
  });
});

it('returns tags and metric keys in NFC, each once', async () => {
  expect((await ok('GET', `/v1/models/${model}`)).tags).toEqual(['z', composed]);
  const version = (await ok('GET', `/v1/models/${model}/versions`)).items[0];
  const key = `acc${composed}`;
  expect(version).toMatchObject({ metrics: { [key]: 1 }, evaluations: { [composed]: { [key]: 0.5 } } });
  const patched = await ok('PATCH', `/v1/models/${model}`, { tags: [decomposed, composed, 'z'] });
  expect(patched.tags).toEqual(['z', composed]);
});

it('treats both spellings of a metric key as one point, and keeps the last value', async () => {
  const path = `/v1/experiments/${experiment}/metrics`;
  await ok('POST', path, { metrics: [{ key: composed, value: 1, step: 1 }] });
  const { metrics } = await ok('POST', path, { metrics: [{ key: decomposed, value: 2, step: 1 }] });
  expect(metrics).toEqual({ [composed]: 2 });
  expect((await ok('GET', `${path}?key=${ref(decomposed)}`)).items).toMatchObject([
    { key: composed, value: 2 },
  ]);
  const made = { epoch: 2, metrics: { [composed]: 1, [decomposed]: 3 } };
  expect((await ok('POST', `/v1/experiments/${experiment}/checkpoints`, made)).metrics).toEqual({
    [composed]: 3,
  });
});

it('returns 422 for a retention rule that keeps nothing, and says what to write instead', async () => {
  const retain = { versions: { keep: [], remove: 'object' } };
  for (const [method, path, body] of [
    ['PUT', `/v1/models/${model}/policy`, { retain }],
    ['PUT', `/v1/namespaces/${ref(namespace)}/policy`, { retain: { checkpoints: retain.versions } }],
    ['POST', `/v1/models/${model}/policy/preview`, { policy: { retain } }],
  ] as const) {
    const answer = await server.api(method, path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].pointer).toMatch(/\/retain\/(?:versions|checkpoints)\/keep$/);
    expect(answer.body.errors[0].message).toContain('[{"youngerThan": "PT1S"}]');
  }
});
