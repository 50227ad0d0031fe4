import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { ok, decideAll, modelWith, newVersion, holder } = policyTests(() => server);

describe('an alias moves to the better version', () => {
  test('first to one with the metric, then to each better one', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await newVersion(model, 'v2', {});
    await decideAll();
    expect(await holder(model)).toBe('v1');
    const v2 = await ok('GET', `/v1/versions/${encodeURIComponent(`${model.namespace}/yolo:v2`)}`);
    await ok('POST', `/v1/versions/${v2.id}/metrics`, { metrics: [onVal(0.7)] });
    await decideAll();
    expect(await holder(model)).toBe('v2');
    await newVersion(model, 'v3', [onVal(0.7)]);
    await newVersion(model, 'v4', [onVal('NaN')]);
    await decideAll();
    expect(await holder(model)).toBe('v2');
    const { items } = await ok('GET', `${model.url}/aliases/champion/history`);
    expect(items.map((move: any) => [move.to, move.cause])).toEqual([
      ['v2', 'rule'],
      ['v1', 'rule'],
    ]);
  });

  test('if the holder gets worse', async () => {
    const model = await modelWith({ label: [champion] });
    const v1 = await newVersion(model, 'v1', [onVal(0.9)]);
    await newVersion(model, 'v2', [onVal(0.7)]);
    await newVersion(model, 'v3', [onVal(0.8)]);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    await ok('POST', `/v1/versions/${v1.id}/metrics`, { metrics: [{ ...onVal(0.1), step: 1 }] });
    await decideAll();
    expect(await holder(model)).toBe('v3');
  });

  test('from a diverged version, also with a relative margin', async () => {
    const model = await modelWith({ label: [{ ...champion, direction: 'min', margin: { rel: 0.05 } }] });
    await newVersion(model, 'v1', [onVal('Infinity')]);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    const v2 = await newVersion(model, 'v2', [onVal(0.3)]);
    await decideAll();
    expect(await holder(model)).toBe('v2');
    await newVersion(model, 'v3', [onVal(0.4)]);
    await ok('POST', `/v1/versions/${v2.id}/metrics`, { metrics: [{ ...onVal('Infinity'), step: 1 }] });
    await decideAll();
    expect(await holder(model)).toBe('v3');
  });

  test('among all existing versions after a later policy', async () => {
    const model = await modelWith({});
    await newVersion(model, 'v1', [onVal(0.5)]);
    await newVersion(model, 'v2', [onVal(0.9)]);
    await newVersion(model, 'v3', [onVal(0.7)]);
    await decideAll();
    expect(await holder(model)).toBe(null);
    await ok('PUT', `${model.url}/policy`, { label: [champion] });
    await decideAll();
    expect(await holder(model)).toBe('v2');
  });

  test('by all other criteria: filter, files, not worse elsewhere, evaluated', async () => {
    const model = await modelWith({
      evaluate: [{ dataset: 'val' }],
      label: [
        {
          ...champion,
          margin: { abs: 0.01 },
          filter: "metadata.license IN ('mit')",
          files: [{ role: 'model' }],
          notWorse: [{ metric: 'latency', direction: 'min', tolerance: { rel: 0.1 } }],
        },
      ],
    });
    const good = { metadata: { license: 'mit' }, files: [{ uri: 's3://b/m.onnx', role: 'model' }] };
    await newVersion(model, 'v1', [onVal(0.5), { key: 'latency', value: 10 }], good);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    const faster = { key: 'latency', value: 10.5 };
    await newVersion(model, 'margin', [onVal(0.51), faster], good);
    await newVersion(model, 'license', [onVal(0.6), faster], { ...good, metadata: { license: 'gpl' } });
    await newVersion(model, 'nofile', [onVal(0.6), faster], { metadata: good.metadata });
    await newVersion(model, 'slow', [onVal(0.6), { key: 'latency', value: 12 }], good);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    await newVersion(model, 'v2', [onVal(0.6), faster], good);
    await decideAll();
    expect(await holder(model)).toBe('v2');

    const explained = await ok('GET', `${model.url}/aliases/champion/explain?version=slow`);
    expect(explained.isHolder).toBe(false);
    expect(explained.answer).toContain('slow is not champion');
    expect(explained.lastDecision.outcome).toBe('no');
    const decided = await ok('GET', `${model.url}/decisions?version=slow`);
    expect(decided.items[0].clauses.filter((clause: any) => !clause.holds)).toMatchObject([
      { clause: 'notWorse[0]', inputs: { value: 12, holder: 'v1', holderValue: 10 } },
    ]);
  });
});

describe('a decision that a person undid stays undone', () => {
  test('until the facts of the version change', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await decideAll();
    const v2 = await newVersion(model, 'v2', [onVal(0.9)]);
    await decideAll();
    expect(await holder(model)).toBe('v2');
    await ok('POST', `${model.url}/aliases/champion/rollback`, { reason: 'crashes in production' });
    await decideAll();
    expect(await holder(model)).toBe('v1');
    const explained = await ok('GET', `${model.url}/aliases/champion/explain?version=v2`);
    expect(explained.answer).toContain('local took the alias from it');
    await newVersion(model, 'v3', [onVal(0.6)]);
    await decideAll();
    expect(await holder(model)).toBe('v3');
    await ok('PATCH', `/v1/versions/${v2.id}`, { metadata: { fixed: true } });
    await decideAll();
    expect(await holder(model)).toBe('v2');
  });

  test('until the policy changes', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await newVersion(model, 'v2', [onVal(0.9)]);
    await decideAll();
    await ok('PUT', `${model.url}/aliases/champion`, { version: 'v1' });
    await decideAll();
    expect(await holder(model)).toBe('v1');
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, margin: { abs: 0.1 } }] });
    await decideAll();
    expect(await holder(model)).toBe('v2');
  });
});

describe('tags', () => {
  test('are set on each passing version, and not again after a person removed them', async () => {
    const rule = { name: 'gold', tag: 'gold', metric: 'mAP', dataset: 'val', direction: 'max', than: 0.8 };
    const model = await modelWith({ label: [rule] });
    const v1 = await newVersion(model, 'v1', [onVal(0.9)]);
    const v2 = await newVersion(model, 'v2', [onVal(0.5)]);
    await decideAll();
    const tags = async ({ id }: { id: string }) => (await ok('GET', `/v1/versions/${id}`)).tags;
    expect([await tags(v1), await tags(v2)]).toEqual([['gold'], []]);
    await ok('PATCH', `/v1/versions/${v1.id}`, { tags: [] });
    await decideAll();
    expect(await tags(v1)).toEqual([]);
    await ok('PATCH', `/v1/versions/${v1.id}`, { metadata: { checked: true } });
    await decideAll();
    expect(await tags(v1)).toEqual(['gold']);
  });
});

describe('many versions', () => {
  /** Candidates per statement. */
  const PAGE = 100;

  test('are all tagged by a later rule, over several pages of candidates', async () => {
    const model = await modelWith({});
    // Inserted directly, because a hundred requests would take longer than the whole test.
    await server.db.requests.query(
      `WITH made AS (
         INSERT INTO versions (id, model_id, version, status, ready_at, create_hash, created_by, created_at, updated_at)
         SELECT gen_random_uuid(), $1::uuid, 'v' || n, 'ready', now(), '', 'test', now(), now()
         FROM generate_series(1, $2::int) AS n
         RETURNING id)
       INSERT INTO metric_series (object_kind, object_id, scope_id, key, dataset_id, value)
       SELECT 'version', made.id, $1::uuid, 'mAP', d.id, 0.5
       FROM made, datasets d JOIN namespaces n ON n.id = d.namespace_id WHERE n.path = $3 AND d.name = 'val'`,
      [model.id, PAGE + 1, model.namespace],
    );
    const rule = { name: 'some', tag: 'some', metric: 'mAP', dataset: 'val', direction: 'max', than: 0 };
    await ok('PUT', `${model.url}/policy`, { label: [rule] });
    await decideAll();
    const { items } = await ok(
      'GET',
      `${model.url}/versions?limit=1000&filter=${encodeURIComponent("'some' IN tags")}`,
    );
    expect(items).toHaveLength(PAGE + 1);
  });

  test('lead to one proposal of a later rule', async () => {
    const model = await modelWith({});
    for (let index = 1; index <= 6; index++) await newVersion(model, `v${index}`, [onVal(index / 1000)]);
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, mode: 'propose' }] });
    await decideAll();
    const proposals = (await ok('GET', `${model.url}/proposals`)).items;
    expect(proposals.map(({ version, state }: any) => [version, state])).toEqual([['v6', 'open']]);
    // The rule runs again with the open proposal, and evaluates no other version.
    const count = async () => (await ok('GET', `${model.url}/decisions?rule=best&limit=1000`)).items.length;
    const before = await count();
    await ok('PATCH', `/v1/datasets/${encodeURIComponent(`${model.namespace}/val`)}`, { uri: 's3://b/val' });
    await decideAll();
    expect((await count()) - before).toBeLessThan(3);
  });
});

describe('a minimum age', () => {
  test('is evaluated again when it is reached', async () => {
    const model = await modelWith({ label: [{ ...champion, minAge: 'PT1H' }] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await decideAll();
    expect(await holder(model)).toBe(null);
    server.advance(3_601_000);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    // Also for a later rule.
    await newVersion(model, 'v2', [onVal(0.6)]);
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, minAge: 'PT2H' }] });
    await decideAll();
    server.advance(7_201_000);
    await decideAll();
    expect(await holder(model)).toBe('v2');
  });
});

describe('proposals', () => {
  test('move the alias if approved, and are not repeated if rejected', async () => {
    const model = await modelWith({ label: [{ ...champion, mode: 'propose' }] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await decideAll();
    expect(await holder(model)).toBe(null);
    const [first] = (await ok('GET', `${model.url}/proposals?state=open`)).items;
    expect(first).toMatchObject({ version: 'v1', alias: 'champion', rule: 'best', holder: null });
    await ok('POST', `/v1/proposals/${first.id}/approve`, { reason: 'fine' });
    expect(await holder(model)).toBe('v1');
    await newVersion(model, 'v2', [onVal(0.7)]);
    await newVersion(model, 'v3', [onVal(0.6)]);
    await decideAll();
    const open = await ok('GET', `${model.url}/proposals?state=open`);
    expect(open.items.map((item: any) => item.version)).toEqual(['v2']);
    const rejected = await ok('POST', `/v1/proposals/${open.items[0].id}/reject`, { reason: 'no' });
    expect(rejected).toMatchObject({ state: 'rejected', decidedBy: 'local', reason: 'no' });
    expect((await server.api('POST', `/v1/proposals/${open.items[0].id}/approve`)).body.code).toBe(
      'conflict',
    );
    await ok('PATCH', `/v1/models/${model.id}`, { description: 'no fact of v2' });
    await decideAll();
    expect(await holder(model)).toBe('v1');
  });
});

describe('backtest', () => {
  test('returns every champion, with time and margin', async () => {
    const model = await modelWith({});
    for (const [name, value] of [
      ['a', 0.5],
      ['b', 0.4],
      ['c', 0.7],
      ['d', 0.75],
    ] as const) {
      await newVersion(model, name, [onVal(value)]);
    }
    const { champions, versions } = await ok('POST', `${model.url}/policy/backtest`, {
      rule: { ...champion, margin: { abs: 0.1 } },
    });
    expect(champions.map(({ version, before }: any) => [version, before])).toEqual([
      ['a', null],
      ['c', 'a'],
    ]);
    expect(champions[1].by).toBeCloseTo(0.2);
    expect(versions).toBe(4);
  });
});
