import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newModel, newVersion } from '../../testing/objects.ts';
import { champion, onVal, policyTests } from '../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { pruneHistory } from './history-retention.ts';
import { purge } from './purge.ts';
import { retainDue } from './retention.ts';
import { sequence } from './sequencer.ts';

const DAY = 86_400_000;
const KEEP = 10 * DAY;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ changesRetention: KEEP, deleteGrace: DAY });
});
afterAll(() => server.stop());
const { ok, decideAll, modelWith, newVersion: newVersionOf, holder } = policyTests(() => server);

const sql = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await server.db.requests.query<T>(text, values)).rows;
const pruned = async () =>
  (await sql<{ seq: number }>('SELECT pruned_seq AS seq FROM history_pruning'))[0]?.seq ?? 0;
const actionsOf = async (id: string) => (await changesOf(server, id)).map(({ action }) => action);

/** Lets the readers of the feed pass all changes, and makes the changes too old. */
async function age(): Promise<void> {
  await decideAll();
  server.advance(KEEP + DAY);
}
const prune = () => pruneHistory(server.ctx);

describe('changes', () => {
  it('are kept for their time, and until every reader of the feed has passed them', async () => {
    const { id } = await newModel(server);
    for (const task of ['a', 'b', 'c']) await ok('PATCH', `/v1/models/${id}`, { task });
    await decideAll();
    server.advance(KEEP - DAY);
    await prune();
    expect(await actionsOf(id)).toEqual(['created', 'updated', 'updated', 'updated']);
    await sql('UPDATE policy_feed SET last_seq = last_seq - 1');
    server.advance(2 * DAY);
    await prune();
    expect(await actionsOf(id)).toEqual(['created', 'updated', 'updated']);
    await decideAll();
    await prune();
    expect(await actionsOf(id)).toEqual(['created', 'updated']);
  });

  it('without `seq` are kept', async () => {
    const { id } = await newModel(server);
    await ok('PATCH', `/v1/models/${id}`, { task: 'x' });
    await ok('PATCH', `/v1/models/${id}`, { task: 'y' });
    server.advance(KEEP + DAY);
    await prune();
    expect(await actionsOf(id)).toEqual(['created', 'updated', 'updated']);
    await decideAll();
  });

  it('of existing objects keep the newest one of each action, and leave no gap above the pruned position', async () => {
    const checkpoint = await newCheckpoint(server);
    for (let step = 0; step < 5; step++)
      await ok('POST', `/v1/checkpoints/${checkpoint.id}/metrics`, {
        metrics: [{ key: 'loss', value: step, step }],
      });
    await age();
    const young = await newModel(server);
    await sequence(server.db, 10_000);
    const last = (await sql<{ seq: number }>('SELECT last_seq AS seq FROM change_feed'))[0]?.seq ?? 0;
    await prune();
    expect(await actionsOf(checkpoint.id)).toEqual(['created', 'metrics_logged']);
    expect((await changesOf(server, checkpoint.id))[1]?.detail.latest).toEqual([['loss', 4, null]]);
    const kept = await sql<{ seq: number }>('SELECT seq FROM changes WHERE seq > $1 ORDER BY seq', [
      await pruned(),
    ]);
    expect(kept.map(({ seq }) => seq)).toEqual(
      Array.from({ length: last - (await pruned()) }, (_, n) => last - n).reverse(),
    );
    expect(kept.length).toBeGreaterThanOrEqual(1);
    // After the next metric, the previous change is no longer needed.
    await ok('POST', `/v1/checkpoints/${checkpoint.id}/metrics`, {
      metrics: [{ key: 'loss', value: 9, step: 9 }],
    });
    await age();
    await prune();
    expect((await changesOf(server, checkpoint.id)).map(({ detail }) => detail?.latest[0][1])).toEqual([
      undefined,
      9,
    ]);
    expect(await actionsOf(young.id)).toEqual(['created']);
  });

  it('of purged objects are removed, with their decisions, alias moves and policy edits', async () => {
    const model = await modelWith({ label: [champion] });
    const { id } = await newVersionOf(model, 'v1', [onVal(0.5)]);
    await decideAll();
    expect(await holder(model)).toBe('v1');
    const histories = async () =>
      (
        await sql<{ count: number }>(
          `SELECT (SELECT count(*) FROM decisions WHERE model_id = $1)
                + (SELECT count(*) FROM alias_moves WHERE model_id = $1)
                + (SELECT count(*) FROM policy_edits WHERE owner_id = $1)
                + (SELECT count(*) FROM changes WHERE object_id IN ($1, $2)) AS count`,
          [model.id, id],
        )
      )[0]?.count;
    await ok('DELETE', model.url);
    server.advance(2 * DAY);
    await purge(server.ctx, 100);
    const before = await histories();
    expect(before).toBeGreaterThan(6);
    server.advance(KEEP - 2 * DAY);
    await decideAll();
    await prune();
    expect((await changesOf(server, model.id)).at(-1)?.action).toBe('purged');
    server.advance(4 * DAY);
    await prune();
    expect(await histories()).toBe(0);
  });

  it('record the last state of an object when it is purged', async () => {
    const { id } = await newModel(server, { task: 'detection' });
    await ok('PATCH', `/v1/models/${id}`, { owner: 'ann' });
    await age();
    await prune();
    await ok('DELETE', `/v1/models/${id}`);
    server.advance(2 * DAY);
    await purge(server.ctx, 100);
    expect((await changesOf(server, id)).at(-1)).toMatchObject({
      action: 'purged',
      before: { task: 'detection', owner: 'ann' },
    });
  });

  it('do not affect answers that are cached by the last change', async () => {
    const version = await newVersion(server, { files: [] });
    const path = `/v1/versions/${version.id}`;
    const read = async () => (await ok('GET', path)).description;
    await ok('PATCH', path, { description: 'first' });
    expect(await read()).toBe('first');
    await age();
    await prune();
    expect(await read()).toBe('first');
    await ok('PATCH', path, { description: 'second' });
    expect(await read()).toBe('second');
    await age();
    await prune();
    expect(await read()).toBe('second');
  });

  it('are pruned by several servers at once', async () => {
    const { id } = await newModel(server);
    for (let round = 0; round < 20; round++) await ok('PATCH', `/v1/models/${id}`, { task: `${round}` });
    await age();
    await Promise.all(Array.from({ length: 4 }, prune));
    await prune();
    expect(await actionsOf(id)).toEqual(['created', 'updated']);
    await expect(sql('DELETE FROM changes')).rejects.toMatchObject({ code: 'MB002' });
  });
});

describe('after pruning, decisions of people stay in force', () => {
  beforeEach(() => decideAll());

  it('a removed tag is not set again', async () => {
    const model = await modelWith({
      label: [{ name: 'good', tag: 'good', metric: 'mAP', dataset: 'val', direction: 'max', than: 0.3 }],
    });
    const { id } = await newVersionOf(model, 'v1', [onVal(0.5)]);
    await decideAll();
    await ok('PATCH', `/v1/versions/${id}`, { tags: [] });
    await age();
    await prune();
    await ok('PATCH', `/v1/models/${model.id}`, { description: 'no fact of v1' });
    await sql(
      `INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at)
       VALUES ($1, 'model', $1, 0, '{}', 'epoch')`,
      [model.id],
    );
    await decideAll();
    expect((await ok('GET', `/v1/versions/${id}`)).tags).toEqual([]);
    await ok('PATCH', `/v1/versions/${id}`, { metadata: { a: 1 } });
    await decideAll();
    expect((await ok('GET', `/v1/versions/${id}`)).tags).toEqual(['good']);
  });

  it('a removed alias is not set again until the policy changes, and its history is complete', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersionOf(model, 'v1', [onVal(0.5)]);
    await newVersionOf(model, 'v2', [onVal(0.6)]);
    await decideAll();
    await ok('PUT', `${model.url}/aliases/champion`, { version: 'v1' });
    await age();
    await prune();
    const explain = () => ok('GET', `${model.url}/aliases/champion/explain?version=v2`);
    expect((await explain()).answer).toContain('took the alias from it');
    expect((await explain()).lastDecision.outcome).toBe('no');
    // An edit of the policy resets the decision, even after its change was pruned.
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, minAge: 'P30D' }] });
    await decideAll();
    for (let round = 0; round < 2; round++) {
      server.advance(KEEP + DAY);
      await decideAll();
      await prune();
    }
    expect((await explain()).answer).not.toContain('took the alias from it');
    const { items } = await ok('GET', `${model.url}/aliases/champion/history`);
    expect(items.at(-1)).toMatchObject({ to: 'v2', from: null, cause: 'rule' });
    const edits = (await ok('GET', `${model.url}/policy/history`)).items;
    expect(edits.map(({ edit }: any) => edit)).toEqual([2, 1]);
  });

  it('a rejected proposal is not repeated', async () => {
    const model = await modelWith({ label: [{ ...champion, mode: 'propose' }] });
    await newVersionOf(model, 'v1', [onVal(0.5)]);
    await newVersionOf(model, 'v2', [onVal(0.6)]);
    await decideAll();
    const proposals = async () =>
      (await ok('GET', `${model.url}/proposals`)).items.map(
        ({ version, state }: any) => `${version} ${state}`,
      );
    const [open] = (await ok('GET', `${model.url}/proposals?state=open`)).items;
    await ok('POST', `/v1/proposals/${open.id}/reject`);
    await newVersionOf(model, 'v3', [onVal(0.7)]);
    await decideAll();
    const [next] = (await ok('GET', `${model.url}/proposals?state=open`)).items;
    await ok('POST', `/v1/proposals/${next.id}/approve`);
    await age();
    await prune();
    expect(await proposals()).toEqual(['v2 rejected']);
    await sql(
      `INSERT INTO policy_work (model_id, subject_kind, subject_id, seq, cause, due_at)
       VALUES ($1, 'model', $1, 0, '{}', 'epoch')`,
      [model.id],
    );
    await decideAll();
    expect(await proposals()).toEqual(['v2 rejected']);
  });

  it('retention does not remove restored objects', async () => {
    const model = await modelWith({
      retain: { versions: { keep: [{ latest: 1 }], remove: 'object', grace: 'P2D' } },
    });
    const { id } = await newVersionOf(model, 'v1', []);
    await newVersionOf(model, 'v2', []);
    await retainDue(server.ctx);
    await ok('POST', `/v1/versions/${id}/restore`);
    await age();
    await prune();
    await retainDue(server.ctx);
    expect((await ok('GET', `/v1/versions/${id}`)).deletedAt).toBe(null);
  });

  it('a promoted checkpoint is not promoted again, even if its version is purged', async () => {
    const namespace = freshName('ns');
    const model = await ok('POST', '/v1/models', { namespace, name: 'm' });
    await ok('PUT', `/v1/models/${model.id}/policy`, {
      promote: [{ metric: 'loss', direction: 'min', version: '{experiment}' }],
    });
    const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
    await newCheckpoint(server, { files: [], metrics: { loss: 1 } }, run);
    await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
    await decideAll();
    const [version] = (await ok('GET', `/v1/models/${model.id}/versions`)).items;
    expect(version.version).toBe('run');
    await ok('DELETE', `/v1/versions/${version.id}`);
    server.advance(2 * DAY);
    await purge(server.ctx, 100);
    await age();
    await prune();
    await ok('PATCH', `/v1/experiments/${run.id}`, { metadata: { a: 1 } });
    await decideAll();
    expect((await ok('GET', `/v1/models/${model.id}/versions`)).items).toEqual([]);
    const decisions = (await ok('GET', `/v1/models/${model.id}/decisions?kind=promote`)).items;
    expect(decisions.map(({ outcome }: any) => outcome)).toEqual(['promoted']);
  });
});

it('starts a backtest from the state before the pruned changes', async () => {
  const model = await modelWith({});
  const { id: a } = await newVersionOf(model, 'a', [onVal(0.5), { key: 'loss', value: 3 }]);
  const { id: b } = await newVersionOf(model, 'b', []);
  await ok('POST', `/v1/versions/${b}/metrics`, { metrics: [onVal(0.6)] });
  await ok('POST', `/v1/versions/${b}/metrics`, { metrics: [{ key: 'loss', value: 2 }] });
  await ok('PATCH', `/v1/versions/${a}`, { tags: ['good'] });
  const test = async (rule: object) =>
    (await ok('POST', `${model.url}/policy/backtest`, { rule: { ...champion, ...rule } })).champions.map(
      ({ version }: any) => version,
    );
  const expected = async () => {
    expect((await test({})).at(-1)).toBe('b');
    expect(await test({ filter: "'good' IN tags" })).toEqual(['a']);
    expect((await test({ metric: 'loss', dataset: undefined, direction: 'min' })).at(-1)).toBe('b');
  };
  await expected();
  await age();
  await prune();
  await expected();
  await ok('POST', `/v1/versions/${a}/metrics`, { metrics: [{ ...onVal(0.9), step: 1 }] });
  const again = async () => {
    expect((await test({})).at(-1)).toBe('a');
    expect((await test({ metric: 'loss', dataset: undefined, direction: 'min' })).at(-1)).toBe('b');
    expect(await test({ minAge: 'PT1H', filter: "'good' IN tags" })).toEqual(['a']);
  };
  await again();
  await age();
  await prune();
  await again();
});

it('removes old decisions, except the last one with each outcome', async () => {
  const model = await modelWith({ label: [champion] });
  await newVersionOf(model, 'v1', [onVal(0.5)]);
  const { id } = await newVersionOf(model, 'v2', [onVal(0.1)]);
  await decideAll();
  for (const value of [0.2, 0.3, 0.6, 0.65, 0.7]) {
    const step = value * 100;
    await ok('POST', `/v1/versions/${id}/metrics`, { metrics: [{ ...onVal(value), step }] });
    await decideAll();
  }
  const of = async () =>
    (await ok('GET', `/v1/versions/${id}/decisions`)).items.map(({ outcome, inputs }: any) => [
      outcome,
      inputs.value,
    ]);
  expect((await of()).length).toBeGreaterThan(4);
  await age();
  await prune();
  expect(await of()).toEqual([
    ['holds', 0.7],
    ['moved', 0.6],
    ['no', 0.3],
  ]);
});

it('removes old edits of a policy, except the last hundred', async () => {
  const model = await modelWith({});
  for (let edit = 2; edit <= 104; edit++)
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, minAge: `PT${edit}H` }] });
  const numbers = async () =>
    (await ok('GET', `${model.url}/policy/history?limit=1000`)).items.map(({ edit }: any) => edit);
  await prune();
  expect(await numbers()).toHaveLength(104);
  server.advance(KEEP + DAY);
  await prune();
  expect(await numbers()).toEqual(Array.from({ length: 100 }, (_, n) => 104 - n));
});
