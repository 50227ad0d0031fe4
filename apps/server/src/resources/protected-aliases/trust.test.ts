import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { allowRules, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, type Person } from '../../../testing/tokens.ts';

/* If an alias is protected by rule, the rule uses only values of callers that the protection trusts. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const { decideAll } = policyTests(() => server);

const rule = { name: 'best', alias: 'prod', metric: 'mAP', direction: 'max' } as const;

/**
 * Makes a model with an allowed rule for `prod`. A named contributor is the evaluator, and has measured the holder
 * `v1`.
 */
async function world(fields: object = {}, evaluations?: object) {
  const namespace = freshName('ai');
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const person = (role: 'contributor' | 'maintainer' | 'admin') => callers.user({ [namespace]: role });
  const [evaluator, trainer, maintainer, admin] = [
    await person('contributor'),
    await person('contributor'),
    await person('maintainer'),
    await person('admin'),
  ];
  const protection = `/v1/models/${model}/protected-aliases/prod`;
  const ids: Record<string, string> = {};
  const make = async (version: string, metrics: object = {}, by: Person = trainer) => {
    const answer = await by.api('POST', `/v1/models/${model}/versions`, { version, files: [], metrics });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    ids[version] = answer.body.id;
  };
  const log = async (by: Person, version: string, value: number, more: object = {}) => {
    const body = { metrics: [{ key: 'mAP', value, ...more }] };
    expect((await by.api('POST', `/v1/versions/${ids[version]}/metrics`, body)).status).toBe(200);
  };
  const holder = async () => (await callers.ok('GET', `/v1/models/${model}/aliases/prod`)).version;
  await make('v1');
  await log(evaluator, 'v1', 0.5);
  await callers.ok('PUT', `/v1/models/${model}/aliases/prod`, { version: 'v1' });
  const put = { by: 'rule', evaluations: evaluations ?? { principals: [evaluator.name] } };
  await callers.ok('PUT', protection, put);
  await callers.ok('PUT', `/v1/models/${model}/policy`, { label: [{ ...rule, ...fields }] });
  await allowRules(admin.api, protection);
  return { namespace, model, protection, evaluator, trainer, maintainer, admin, ids, make, log, holder };
}

describe('a value of an untrusted caller', () => {
  it('moves nothing, logged or in a create, and preview, explanation and decisions say so', async () => {
    const w = await world();
    await w.make('v2', { mAP: 99 });
    await w.make('v3');
    await w.log(w.maintainer, 'v3', 98);
    await decideAll();
    expect(await w.holder()).toBe('v1');
    const preview = await callers.ok('POST', `/v1/models/${w.model}/policy/preview`, {});
    const words = `its mAP, 99, is ignored: the protection of prod does not trust ${w.trainer.name}, who logged it`;
    expect(preview).toMatchObject({
      label: [],
      waiting: [],
      untrusted: [
        { rule: 'best', version: 'v3', metric: 'mAP', dataset: null, value: 98, by: w.maintainer.name },
        { version: 'v2', value: 99, by: w.trainer.name, words },
      ],
    });
    const explained = await callers.ok('GET', `/v1/models/${w.model}/aliases/prod/explain?version=v2`);
    expect(explained).toMatchObject({ outcome: 'no', answer: expect.stringContaining(words) });
    const { items } = await callers.ok('GET', `/v1/versions/${w.ids['v2']}/decisions`);
    expect(items[0]).toMatchObject({ outcome: 'no', words: expect.stringContaining(words) });
  });

  it('neither replaces nor hides a value of a trusted caller', async () => {
    const w = await world();
    await w.log(w.maintainer, 'v1', 0.01);
    await w.make('v2');
    await w.log(w.evaluator, 'v2', 0.4);
    await decideAll();
    expect(await w.holder()).toBe('v1');
    await w.log(w.trainer, 'v2', 0.1, { step: 9 });
    await w.log(w.evaluator, 'v2', 0.6);
    await w.log(w.trainer, 'v2', 0.1, { step: 10 });
    await decideAll();
    expect(await w.holder()).toBe('v2');
  });

  it('counts after a trusted caller logs the same value', async () => {
    const w = await world();
    await w.make('v2', { mAP: 0.9 });
    await decideAll();
    expect(await w.holder()).toBe('v1');
    await w.log(w.evaluator, 'v2', 0.9);
    await decideAll();
    expect(await w.holder()).toBe('v2');
    const changes = 'SELECT count(*)::int AS count FROM changes WHERE object_id = $1';
    const count = async () => (await server.db.requests.query(changes, [w.ids['v2']])).rows[0].count;
    const before = await count();
    await w.log(w.evaluator, 'v2', 0.9);
    expect(await count()).toBe(before);
  });
});

describe('trusted values', () => {
  it('are by default those of admins with a token of the whole role', async () => {
    const w = await world();
    await callers.ok('PUT', w.protection, { by: 'rule' });
    await w.log(w.admin, 'v1', 0.5);
    for (const version of ['v2', 'v3']) await w.make(version);
    await w.log(w.maintainer, 'v2', 0.9);
    const narrowed = await callers.token({
      principal: w.admin.name,
      permissions: ['metric.write', 'version.read'],
    });
    await w.log({ ...narrowed, name: w.admin.name }, 'v2', 0.9);
    await decideAll();
    expect(await w.holder()).toBe('v1');
    await w.log(w.admin, 'v3', 0.6);
    await decideAll();
    expect(await w.holder()).toBe('v3');
  });

  it('depend on the role at the time of logging, and `contributor` trusts everyone', async () => {
    const w = await world({}, { role: 'maintainer' });
    await w.log(w.maintainer, 'v1', 0.5);
    await w.make('v2');
    await w.log(w.trainer, 'v2', 0.9);
    await callers.ok('PUT', `/v1/namespaces/${w.namespace}/grants/${w.trainer.name}`, { role: 'maintainer' });
    await decideAll();
    expect(await w.holder()).toBe('v1');
    const body = { by: 'rule', evaluations: { role: 'contributor' } };
    expect((await callers.ok('PUT', w.protection, body)).evaluations).toEqual({
      role: 'contributor',
      principals: [],
    });
    await decideAll();
    expect(await w.holder()).toBe('v2');
  });

  it('need the trust of every protection', async () => {
    const w = await world();
    const above = `/v1/namespaces/${w.namespace}/protected-aliases/prod`;
    await callers.ok('PUT', above, { by: 'rule', evaluations: { principals: ['service:judge'] } });
    await allowRules(w.admin.api, above);
    await w.make('v2');
    await w.log(w.evaluator, 'v2', 0.9);
    await decideAll();
    expect(await w.holder()).toBe('v1');
    await callers.ok('PUT', above, {
      by: 'rule',
      evaluations: { principals: ['service:judge', w.evaluator.name] },
    });
    await decideAll();
    expect(await w.holder()).toBe('v2');
  });
});

describe('in the other clauses', () => {
  it('a filter, `notWorse` and `evaluated` use only trusted values', async () => {
    const w = await world({ filter: 'metrics.fps > 30', notWorse: [{ metric: 'night', direction: 'max' }] });
    const { api } = w.evaluator;
    const all = (by: Caller['api'], version: string, values: Record<string, number>) =>
      by('POST', `/v1/versions/${w.ids[version]}/metrics`, {
        metrics: Object.entries(values).map(([key, value]) => ({ key, value })),
      });
    await all(api, 'v1', { night: 0.4 });
    for (const version of ['v2', 'v3']) {
      await w.make(version);
      await w.log(w.evaluator, version, 0.8);
    }
    await all(w.trainer.api, 'v2', { fps: 60, night: 0.9 });
    await all(api, 'v3', { fps: 60, night: 0.5 });
    await all(w.trainer.api, 'v3', { fps: 1, night: 0 });
    await decideAll();
    expect(await w.holder()).toBe('v3');
    await all(api, 'v2', { fps: 60 });
    await w.log(w.evaluator, 'v2', 0.9);
    await decideAll();
    expect(await w.holder()).toBe('v3');
    await all(api, 'v2', { night: 0.9 });
    await decideAll();
    expect(await w.holder()).toBe('v2');
  });

  it.each(['metrics.fps > 30', 'metric.fps > 30'])(
    'the next holder is chosen by trusted values: %s',
    async (filter) => {
      const w = await world({ filter });
      for (const [version, value] of [
        ['v2', 0.8],
        ['v3', 0.6],
      ] as const) {
        await w.make(version);
        await w.log(w.evaluator, version, 60, { key: 'fps' });
        await w.log(w.trainer, version, 1, { key: 'fps' });
        await w.log(w.evaluator, version, value);
      }
      await decideAll();
      expect(await w.holder()).toBe('v2');
      await w.log(w.evaluator, 'v2', 0.55);
      await decideAll();
      expect(await w.holder()).toBe('v3');
    },
  );

  it('an evaluation on a dataset of the policy must be trusted', async () => {
    const w = await world();
    await callers.ok('POST', '/v1/datasets', { namespace: w.namespace, name: 'val' });
    const policy = { evaluate: [{ dataset: 'val' }], label: [{ ...rule, dataset: 'val' }] };
    await callers.ok('PUT', `/v1/models/${w.model}/policy`, policy);
    await allowRules(w.admin.api, w.protection);
    await w.make('v2');
    await w.log(w.trainer, 'v2', 0.9, { dataset: 'val' });
    await decideAll();
    expect(await w.holder()).toBe('v1');
    await w.log(w.evaluator, 'v2', 0.3, { dataset: 'val' });
    await decideAll();
    expect(await w.holder()).toBe('v2');
  });
});

it('returns 422 for evaluations that trust nobody, or with another `by`', async () => {
  const w = await world();
  for (const body of [
    { by: 'rule', evaluations: {} },
    { by: 'rule', evaluations: { principals: [] } },
    { by: 'proposal', evaluations: { role: 'admin' } },
  ]) {
    const answer = await callers.admin('PUT', w.protection, body);
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([422, '/evaluations']);
  }
});
