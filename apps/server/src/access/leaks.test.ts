import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { champion, policyTests } from '../../testing/policies.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';

/* Answers about a visible object must reveal nothing about hidden ones. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

/** Two namespaces: Eve is an admin of one and has no rights in the other; Ann reads both. */
async function setUp() {
  const { ok } = callers;
  const [mine, theirs] = [freshName('mine'), freshName('theirs')];
  const run = await ok('POST', '/v1/experiments', { namespace: theirs, name: 'run' });
  const dataset = await ok('POST', '/v1/datasets', {
    namespace: theirs,
    name: 'val',
    digest: 'sha256:theirs',
  });
  const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, {
    epoch: 1,
    files: ['s3://theirs/weights.pt'],
  });
  const secret = await ok('POST', '/v1/models', { namespace: theirs, name: 'secret' });
  const base = await ok('POST', `/v1/models/${secret.id}/versions`, { version: 'v1', files: [] });
  const own = await ok('POST', '/v1/models', { namespace: mine, name: 'own' });
  const eve = await callers.user({ [mine]: 'admin' });
  const ann = await callers.user({ [mine]: 'viewer', [theirs]: 'viewer' });
  return { mine, theirs, run, dataset, checkpoint, secret, base, own, eve, ann };
}

describe('the sources of an object', () => {
  it('are shown only to callers who may see them, whoever asked before', async () => {
    const { theirs, run, dataset, checkpoint, base, own, eve, ann } = await setUp();
    const made = await callers.ok('POST', `/v1/models/${own.id}/versions`, {
      version: 'v1',
      files: [],
      datasets: [`${theirs}/val`, 'here'],
      source: { checkpoint: checkpoint.id, experiment: run.id, version: base.id },
      metrics: [{ key: 'acc', value: 1, dataset: `${theirs}/val` }],
    });
    const ours = made.datasets[1];
    const whole = {
      source: { checkpoint: checkpoint.id, experiment: `${theirs}/run`, version: `${theirs}/secret:v1` },
      datasets: [{ name: `${theirs}/val`, id: dataset.id, digest: 'sha256:theirs' }, ours],
    };
    const redacted = { source: null, datasets: [{ name: `${theirs}/val`, id: null, digest: null }, ours] };
    const answers = [
      ['GET', `/v1/versions/${made.id}`, (body: any) => body],
      ['GET', `/v1/resolve?ref=${made.id}`, (body: any) => body.version],
      ['GET', `/v1/models/${own.id}/versions`, (body: any) => body.items[0]],
    ] as const;
    // Twice, so that each caller could hit the answer cached for the other one.
    for (const [caller, shown] of [
      [ann, whole],
      [eve, redacted],
      [ann, whole],
      [eve, redacted],
    ] as const)
      for (const [method, path, pick] of answers) {
        const { body } = await caller.api(method, path);
        expect(pick(body), path).toMatchObject(shown);
      }
    const patched = await eve.api('PATCH', `/v1/versions/${made.id}`, { description: 'mine' });
    expect(patched.body).toMatchObject({ description: 'mine', ...redacted });
    const { body: points } = await eve.api('GET', `/v1/versions/${made.id}/metrics`);
    expect(points.items).toMatchObject([{ key: 'acc', dataset: `${theirs}/val`, digest: null }]);
    const all = await ann.api('GET', `/v1/versions/${made.id}/metrics`);
    expect(all.body.items).toMatchObject([{ digest: 'sha256:theirs' }]);
  });

  it('are shown in part if only a part is visible', async () => {
    const { theirs, run, checkpoint, base, own, mine } = await setUp();
    const made = await callers.ok('POST', `/v1/models/${own.id}/versions`, {
      version: 'v1',
      files: [],
      source: { checkpoint: checkpoint.id, experiment: run.id, version: base.id },
    });
    const some = await callers.token({
      principal: 'service:some',
      administrator: true,
      namespaces: [mine, theirs],
      permissions: ['version.read', 'experiment.read'],
    });
    const { body } = await some.api('GET', `/v1/versions/${made.id}`);
    expect(body.source).toEqual({ experiment: `${theirs}/run`, version: `${theirs}/secret:v1` });
  });

  it('hide the first checkpoint of an experiment, and the checkpoint of a promoted version', async () => {
    const { mine, theirs, checkpoint, own, eve, ann } = await setUp();
    const begun = await callers.ok('POST', '/v1/experiments', {
      namespace: mine,
      name: 'tuned',
      source: { checkpoint: checkpoint.id },
    });
    const promoted = await callers.ok('POST', `/v1/checkpoints/${checkpoint.id}/promote`, {
      model: own.id,
      version: 'p',
    });
    for (const path of [`/v1/experiments/${begun.id}`, `/v1/versions/${promoted.id}`]) {
      const seen = await ann.api('GET', path);
      expect(seen.body.source).toMatchObject({ checkpoint: checkpoint.id });
      const { body } = await eve.api('GET', path);
      expect(body.source).toBeNull();
      expect(JSON.stringify(body)).not.toContain(theirs);
    }
    const { body } = await eve.api('GET', `/v1/experiments?namespace=${mine}`);
    expect(body.items).toMatchObject([{ source: null }]);
  });
});

describe('lineage', () => {
  it('ends at hidden objects, without a hint that there is more', async () => {
    const { mine, secret, own, eve, ann } = await setUp();
    const add = (model: { id: string }, version: string, source?: object) =>
      callers.ok('POST', `/v1/models/${model.id}/versions`, { version, files: [], source });
    const first = await add(own, 'first');
    const between = await add(secret, 'between', { version: first.id });
    const last = await add(own, 'last', { version: between.id });
    const nodes = async ({ api }: typeof eve, query = '') => {
      const { body } = await api('GET', `/v1/versions/${last.id}/lineage${query}`);
      return [body.nodes.map(({ id }: any) => id).sort(), body.truncated];
    };
    expect(await nodes(ann)).toEqual([[first.id, between.id, last.id].sort(), false]);
    expect(await nodes(ann, '?depth=1')).toEqual([[between.id, last.id].sort(), true]);
    expect(await nodes(eve), mine).toEqual([[last.id], false]);
    expect(await nodes(eve, '?depth=1')).toEqual([[last.id], false]);
  });
});

describe('policies', () => {
  const documents = (dataset: string) => [
    { evaluate: [{ dataset }] },
    { label: [{ ...champion, dataset }] },
    { label: [{ ...champion, dataset: 'here', notWorse: [{ metric: 'a', direction: 'max', dataset }] }] },
    { promote: [{ metric: 'a', direction: 'max', dataset, version: '{epoch}' }] },
    {
      retain: { versions: { keep: [{ best: 1, metric: 'a', direction: 'max', dataset }], remove: 'files' } },
    },
  ];

  it('do not reveal whether a hidden dataset exists', async () => {
    const { mine, theirs, own, eve } = await setUp();
    await callers.ok('POST', '/v1/datasets', { namespace: mine, name: 'here' });
    const told = async (dataset: string) => {
      const told = [];
      for (const document of documents(dataset)) {
        for (const [method, path, body] of [
          ['PUT', `/v1/models/${own.id}/policy`, document],
          ['POST', `/v1/models/${own.id}/policy/preview`, { policy: document }],
          ['POST', `/v1/models/${own.id}/policy/backtest`, { rule: document.label?.[0] }],
        ] as const) {
          if (path.endsWith('backtest') && document.label === undefined) continue;
          const answer = await eve.api(method, path, body);
          const { requestId: _, ...rest } = answer.body;
          told.push([path, JSON.stringify(rest).replaceAll(dataset, '…')]);
        }
      }
      return told;
    };
    const there = await told(`${theirs}/val`);
    expect(there).toEqual(await told(`${theirs}/none`));
    expect(there.every(([, text]) => text?.includes('must name a dataset that you may read'))).toBe(true);
  });

  it('of namespaces do not reveal it either, and accept readable datasets', async () => {
    const { mine, theirs, eve } = await setUp();
    await callers.ok('PUT', `/v1/namespaces/${mine}/grants/${ref(eve.name)}`, { role: 'admin' });
    const put = (dataset: string) =>
      eve.api('PUT', `/v1/namespaces/${mine}/policy`, { evaluate: [{ dataset }] });
    expect((await put(`${theirs}/val`)).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/evaluate/0/dataset' }],
    });
    await callers.ok('POST', '/v1/datasets', { namespace: mine, name: 'here' });
    expect((await put('here')).status).toBe(200);
    const bob = await callers.user({ [mine]: 'admin', [theirs]: 'viewer' });
    const answer = await bob.api('PUT', `/v1/namespaces/${mine}/policy`, {
      evaluate: [{ dataset: `${theirs}/val` }],
    });
    expect(answer.status).toBe(200);
  });

  it('show owed evaluations only to callers who may see the dataset', async () => {
    const { theirs, dataset, own, eve, ann } = await setUp();
    await callers.ok('POST', `/v1/models/${own.id}/versions`, { version: 'v1', files: [] });
    await callers.ok('PUT', `/v1/models/${own.id}/policy`, { evaluate: [{ dataset: `${theirs}/val` }] });
    const owed = async ({ api }: typeof eve) =>
      (await api('GET', `/v1/models/${own.id}/evaluations`)).body.items;
    expect(await owed(ann)).toMatchObject([{ datasetId: dataset.id, digest: 'sha256:theirs' }]);
    expect(await owed(eve)).toEqual([]);
  });

  it('decide on a checkpoint for a model above it, and show the model only to callers who may see it', async () => {
    const { ok } = callers;
    const team = freshName('team');
    const { decideAll } = policyTests(() => server);
    const model = await ok('POST', '/v1/models', { namespace: team, name: 'secret' });
    await ok('PUT', `/v1/models/${model.id}/policy`, {
      promote: [{ metric: 'acc', direction: 'max', version: '{experiment}', at: 'once' }],
    });
    const run = await ok('POST', '/v1/experiments', { namespace: `${team}/runs`, name: 'run' });
    const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, {
      epoch: 1,
      files: ['s3://b/x'],
      metrics: { acc: 1 },
    });
    await decideAll();
    const below = await callers.user({ [`${team}/runs`]: 'admin' });
    const above = await callers.user({ [team]: 'viewer' });
    const decisions = async ({ api }: typeof below) =>
      (await api('GET', `/v1/checkpoints/${checkpoint.id}/decisions`)).body.items;
    expect(await decisions(above)).toMatchObject([{ model: `${team}/secret`, outcome: 'promoted' }]);
    expect(await decisions(below)).toEqual([]);
  });

  it('do not reveal other owners of content by the bytes that a preview would free', async () => {
    const content = Buffer.from(freshName('content'));
    const { mine, eve, secret } = await setUp();
    await callers.ok('PUT', `/v1/models/${secret.id}/files/x`, content);
    const { body: run } = await eve.api('POST', '/v1/experiments', { namespace: mine, name: 'run' });
    const { body: made } = await eve.api('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1 });
    await eve.api('PUT', `/v1/checkpoints/${made.id}/files/x`, content);
    await eve.api('POST', `/v1/checkpoints/${made.id}/finalize`);
    await eve.api('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
    const policy = { retain: { checkpoints: { keep: [{ filter: 'epoch = 99' }], remove: 'files' } } };
    const preview = (caller: typeof callers.admin) =>
      caller('POST', `/v1/namespaces/${mine}/policy/preview`, { policy });
    expect((await preview(eve.api)).body.retain).toMatchObject({ removed: 1, freedBytes: content.length });
    expect((await preview(callers.admin)).body.retain).toMatchObject({ removed: 1, freedBytes: 0 });
  });
});

describe('promotion', () => {
  it('404 or 403: promotes the files of a checkpoint only for callers who may read them', async () => {
    const { mine, theirs, checkpoint, own } = await setUp();
    const lacking = await callers.token({
      principal: 'service:deputy',
      administrator: true,
      namespaces: [mine, theirs],
      permissions: ['checkpoint.read', 'version.create', 'version.read'],
    });
    const body = { model: own.id, version: 'p' };
    const answer = await lacking.api('POST', `/v1/checkpoints/${checkpoint.id}/promote`, body);
    expect(answer.body).toMatchObject({
      status: 403,
      detail:
        `This request needs the permission file.read on ${theirs}. Use a token with it, ` +
        `or ask an admin of ${theirs} for a role with it.`,
    });
  });
});
