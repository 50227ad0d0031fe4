import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { retainDue } from '../../workers/retention.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { ok, modelWith, newVersion } = policyTests(() => server);
const retain = async () => {
  server.advance(900_001);
  await retainDue(server.ctx);
};

/** Makes a namespace with finished experiments, each with the given checkpoints. */
async function runs(experiments: Record<string, object[]>): Promise<{ url: string; namespace: string }> {
  const namespace = freshName('runs');
  await ok('POST', '/v1/datasets', { namespace, name: 'val' });
  for (const [name, checkpoints] of Object.entries(experiments)) {
    const run = await ok('POST', '/v1/experiments', { namespace, name, status: 'finished' });
    for (const body of checkpoints)
      await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { files: [], ...body });
  }
  return { url: `/v1/namespaces/${namespace}`, namespace };
}

const epochs = (count: number, more: (epoch: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, index) => ({ epoch: index + 1, ...more(index + 1) }));
const keepAll = (keep: object[], remove = 'object') => ({ retain: { checkpoints: { keep, remove } } });
const warned = (body: any) => body.warnings.map(({ pointer, code }: any) => `${code} ${pointer}`);
const removedOf = (preview: any) =>
  preview.retain.items.filter(({ remove }: any) => remove).map(({ name }: any) => name);

describe('retention', () => {
  test('removes nothing for a misspelt metric, and PUT, GET, preview and one decision say so', async () => {
    const { url, namespace } = await runs({ run: epochs(20, (epoch) => ({ metrics: { val_loss: epoch } })) });
    const policy = keepAll([{ best: 2, metric: 'val_los', direction: 'min' }]);
    const message =
      'No checkpoint of any experiment has the metric val_los, so keep[0] keeps every checkpoint.';
    const warnings = [{ pointer: '/retain/checkpoints/keep/0/metric', code: 'unknown_metric', message }];
    const preview = await ok('POST', `${url}/policy/preview`, { policy });
    expect(preview).toMatchObject({ warnings, retain: { seen: 20, removed: 0, freedBytes: 0 } });
    expect(preview.retain.items[0]).toMatchObject({
      remove: false,
      keptBy: ['keep[0]'],
      undecided: [{ clause: 'keep[0]', missing: 'the metric val_los' }],
      words:
        'run epoch 1 stays: no checkpoint of its experiment has the metric val_los, so keep[0] keeps them all.',
    });
    expect((await ok('PUT', `${url}/policy`, policy)).warnings).toEqual(warnings);
    expect((await ok('GET', `${url}/policy`)).warnings).toEqual(warnings);
    for (let times = 0; times < 2; times++) await retain();
    const { items } = await ok('GET', `${url}/decisions`);
    expect(items).toMatchObject([
      {
        kind: 'retain',
        outcome: 'kept',
        subject: { kind: 'namespace', name: namespace },
        words:
          `${namespace} keeps what its rule cannot judge: no checkpoint of any experiment has the metric val_los, ` +
          'so keep[0] keeps every checkpoint.',
        clauses: [
          { clause: 'keep[0]', holds: true, inputs: { missing: 'the metric val_los', missingIn: 1, of: 1 } },
        ],
      },
    ]);
    const mended = await ok(
      'PUT',
      `${url}/policy`,
      keepAll([{ best: 2, metric: 'val_loss', direction: 'min' }]),
    );
    expect(mended.warnings).toEqual([]);
    expect((await ok('POST', `${url}/policy/preview`)).retain.removed).toBe(18);
  });

  test('keeps everything of the experiments without the metric', async () => {
    const { url } = await runs({
      good: epochs(3, (epoch) => ({ metrics: { acc: epoch } })),
      other: epochs(3, (epoch) => ({ metrics: { accuracy: epoch } })),
    });
    const clause = { best: 1, metric: 'acc', direction: 'max' };
    const preview = await ok('POST', `${url}/policy/preview`, { policy: keepAll([clause]) });
    expect(removedOf(preview)).toEqual(['good epoch 1', 'good epoch 2']);
    expect(preview.warnings).toEqual([
      {
        pointer: '/retain/checkpoints/keep/0/metric',
        code: 'unknown_metric',
        message:
          'No checkpoint of 1 of 2 experiments has the metric acc, so keep[0] keeps every checkpoint there.',
      },
    ]);
    const all = await ok('POST', `${url}/policy/preview`, { policy: keepAll([{ ...clause, per: 'all' }]) });
    expect([all.retain.removed, all.warnings]).toEqual([5, []]);
  });

  // `kept`: the clause keeps everything. Otherwise it acts, and warns.
  test.each<[string, object, string, boolean]>([
    ['a metric', { best: 1, metric: 'typo', direction: 'max' }, 'unknown_metric', true],
    ['a metric over all', { best: 1, metric: 'typo', direction: 'max', per: 'all' }, 'unknown_metric', true],
    [
      'a dataset without values',
      { best: 1, metric: 'acc', dataset: 'val', direction: 'max' },
      'unknown_metric',
      true,
    ],
    ['a metric in a filter', { filter: 'metrics.typo > 0.5' }, 'unknown_metric', true],
    ['a dataset in a filter', { filter: 'evaluations.nowhere.acc > 0.5' }, 'unknown_metric', true],
    [
      'a metric in a part of a filter',
      { filter: 'epoch = 1 OR NOT (metrics.typo < 1)' },
      'unknown_metric',
      true,
    ],
    ['a metadata key', { filter: "metadata.statge = 'prod'" }, 'unknown_metadata', true],
    ['a number in a metadata key', { filter: 'metadata.stage = 1' }, 'unknown_metadata', true],
    ['a text in a metadata key', { filter: "metadata.size != '3'" }, 'unknown_metadata', true],
    ['a text like a pattern', { filter: "metadata.size LIKE '3%'" }, 'unknown_metadata', true],
    ['a boolean in a metadata key', { filter: 'metadata.stage IN (true)' }, 'unknown_metadata', true],
    ['a list in a metadata key', { filter: "'dev' IN metadata.stage" }, 'unknown_metadata', true],
    ['no value in a metadata key', { filter: 'metadata.stgae IS NOT NULL' }, 'unknown_metadata', true],
    ['a metadata number', { filter: 'metadata.size > 10' }, 'no_match', false],
    ['a metadata value', { filter: "metadata.stage = 'porduction'" }, 'unknown_value', true],
    ['one value of a list', { filter: "metadata.stage IN ('dev', 'porduction')" }, 'unknown_value', true],
    ['a value in a negation', { filter: "NOT (metadata.stage != 'porduction')" }, 'unknown_value', true],
    ['a word in a metadata list', { filter: "'glod' IN metadata.labels" }, 'unknown_value', true],
    ['a pattern', { filter: "metadata.stage LIKE 'porduction%'" }, 'unknown_value', true],
    ['a pattern in any case', { filter: "createdBy ILIKE 'NOBODY%'" }, 'unknown_value', true],
    ['a text of a field', { filter: "createdBy = 'nobody'" }, 'unknown_value', true],
    ['an id', { filter: `id = '${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}'` }, 'unknown_value', true],
    ['a tag', { filter: "'glod' IN tags" }, 'unknown_value', true],
    [
      'a tag in a part',
      { filter: "'gold' IN tags AND ('glod' IN tags OR epoch = 1)" },
      'unknown_value',
      true,
    ],
    ['a value of a closed list', { filter: "status = 'pending'" }, 'no_match', false],
    ['a metadata boolean', { filter: 'metadata.done = true' }, 'no_match', false],
    ['a number in a list', { filter: 'metadata.size IN (4, 5)' }, 'no_match', false],
    ['a bound of a text', { filter: "metadata.stage > 'e'" }, 'no_match', false],
    ['a time', { filter: "createdAt > '2100-01-01T00:00:00Z'" }, 'no_match', false],
    ['a bound', { filter: 'metrics.acc > 1000' }, 'no_match', false],
    ['a field', { filter: 'step > 10' }, 'no_match', false],
    ['an epoch', { everyEpoch: 100 }, 'no_match', false],
  ])('warns about %s that no object has', async (_, clause, code, kept) => {
    const more = (epoch: number) => ({
      metrics: { acc: epoch },
      metadata: { stage: 'dev', size: 3, done: false, labels: ['gold'] },
      tags: ['gold'],
    });
    const { url } = await runs({ run: epochs(3, more), second: epochs(2, more) });
    const preview = await ok('POST', `${url}/policy/preview`, { policy: keepAll([clause]) });
    expect(preview.retain.removed).toBe(kept ? 0 : 5);
    expect(preview.warnings.map((each: any) => each.code)).toEqual([code]);
    expect(preview.warnings[0].message).toContain(kept ? 'keeps every' : 'keeps nothing');
    expect(preview.retain.items.every(({ undecided }: any) => undecided.length === (kept ? 1 : 0))).toBe(
      true,
    );
  });

  test('keeps more, not less, for a misspelt value under !=, NOT IN and NOT LIKE', async () => {
    const { url } = await runs({
      run: epochs(3, (epoch) => ({ metadata: { stage: epoch === 1 ? 'dev' : 'prod' }, tags: ['gold'] })),
      other: [{ epoch: 1 }],
    });
    for (const filter of [
      "metadata.stage != 'porduction'",
      "metadata.stage NOT IN ('dve')",
      "metadata.stage NOT LIKE 'dve%'",
      "NOT metadata.stage = 'dve'",
    ]) {
      const preview = await ok('POST', `${url}/policy/preview`, { policy: keepAll([{ filter }]) });
      expect([removedOf(preview), preview.warnings], filter).toEqual([['other epoch 1'], []]);
    }
    const untagged = keepAll([{ filter: "'glod' NOT IN tags" }]);
    expect(await ok('POST', `${url}/policy/preview`, { policy: untagged })).toMatchObject({
      retain: { removed: 0 },
      warnings: [],
    });
  });

  test('removes nothing by a tag before an object has the tag', async () => {
    const { url, namespace } = await runs({ run: epochs(3), other: epochs(2) });
    const policy = keepAll([{ filter: "'gold' IN tags" }]);
    const missing = "the tag 'gold'";
    const preview = await ok('POST', `${url}/policy/preview`, { policy });
    expect(preview).toMatchObject({ retain: { removed: 0 } });
    expect(preview.retain.items[0]).toMatchObject({
      undecided: [{ clause: 'keep[0]', missing }],
      words: `run epoch 1 stays: no checkpoint has ${missing}, so keep[0] keeps them all.`,
    });
    expect((await ok('PUT', `${url}/policy`, policy)).warnings).toEqual([
      {
        pointer: '/retain/checkpoints/keep/0/filter',
        code: 'unknown_value',
        message: `No checkpoint of any experiment has ${missing}, so keep[0] keeps every checkpoint.`,
      },
    ]);
    for (let times = 0; times < 2; times++) await retain();
    expect((await ok('GET', `${url}/decisions`)).items).toMatchObject([
      {
        outcome: 'kept',
        words:
          `${namespace} keeps what its rule cannot judge: no checkpoint has ${missing}, so keep[0] keeps every ` +
          'checkpoint.',
      },
    ]);
    await ok('PATCH', `/v1/checkpoints/${preview.retain.items[1].id}`, { tags: ['gold'] });
    expect((await ok('GET', `${url}/policy`)).warnings).toEqual([]);
    expect((await ok('POST', `${url}/policy/preview`)).retain.removed).toBe(4);
  });

  test('reports a missing metadata key once, without its value, and distinguishes similar keys', async () => {
    const { url } = await runs({ run: epochs(2, () => ({ metadata: { a: { b: 'x' } } })) });
    const ask = async (filter: string) =>
      (await ok('POST', `${url}/policy/preview`, { policy: keepAll([{ filter }]) })).warnings.map(
        ({ code, message }: any) => `${code} ${message.split(' has ')[1].split(',')[0]}`,
      );
    expect(await ask("metadata.statge = 'prod'")).toEqual(['unknown_metadata a text in metadata.statge']);
    expect(await ask(`metadata."a.b" = 'x' OR metadata.a.b = 'x'`)).toEqual([
      'unknown_metadata a text in metadata.a.b',
    ]);
    expect(await ask("metadata.a.b = 'y' OR metadata.a.b IN ('x', 'z', 'y')")).toEqual([
      "unknown_value 'y' in metadata.a.b",
      "unknown_value 'z' in metadata.a.b",
    ]);
  });

  test('compares a filter with many values', async () => {
    const { url } = await runs({ run: epochs(2, () => ({ tags: ['t0'] })) });
    const words = Array.from({ length: 800 }, (_, index) => index.toString(36));
    const keep = [1, 2, 3].map(() => ({
      filter: `createdBy IN (${words.map((word) => `'${word}'`).join(',')})`,
    }));
    const preview = await ok('POST', `${url}/policy/preview`, { policy: keepAll(keep) });
    expect([preview.retain.removed, preview.warnings.length]).toEqual([0, 2400]);
  });

  test('keeps checkpoints without epochs by everyEpoch, and uses a metadata key that one object has', async () => {
    const { url } = await runs({ run: [{ step: 1 }, { step: 2 }], other: epochs(2) });
    const every = await ok('POST', `${url}/policy/preview`, { policy: keepAll([{ everyEpoch: 2 }]) });
    expect(removedOf(every)).toEqual(['other epoch 1']);
    expect(warned(every)).toEqual(['no_epoch /retain/checkpoints/keep/0/everyEpoch']);
    const marked = await runs({ run: epochs(2), other: [{ epoch: 1, metadata: { keep: true } }] });
    const policy = keepAll([{ filter: 'metadata.keep = true' }]);
    const preview = await ok('POST', `${marked.url}/policy/preview`, { policy });
    expect([removedOf(preview), preview.warnings]).toEqual([['run epoch 1', 'run epoch 2'], []]);
  });

  test('warns about nothing without objects, and not about clauses by age or number', async () => {
    const empty = await runs({});
    const put = await ok(
      'PUT',
      `${empty.url}/policy`,
      keepAll([{ best: 1, metric: 'typo', direction: 'max' }]),
    );
    expect(put.warnings).toEqual([]);
    const { url } = await runs({ run: epochs(2) });
    server.advance(60_000);
    const preview = await ok('POST', `${url}/policy/preview`, {
      policy: keepAll([{ latest: 1 }, { youngerThan: 'PT1S' }]),
    });
    expect([preview.retain.removed, preview.warnings]).toEqual([1, []]);
  });

  test('does not wait for a slow comparison, and says so', async () => {
    const { url } = await runs({ run: epochs(1) });
    await ok('PUT', `${url}/policy`, keepAll([{ best: 1, metric: 'typo', direction: 'max' }]));
    const blocking = await server.db.requests.connect();
    await blocking.query('BEGIN');
    await blocking.query('LOCK TABLE metric_series IN ACCESS EXCLUSIVE MODE');
    const { warnings } = await ok('GET', `${url}/policy`);
    await blocking.query('ROLLBACK');
    blocking.release();
    expect(warnings).toMatchObject([{ pointer: '', code: 'not_checked' }]);
    expect(warned(await ok('GET', `${url}/policy`))).toEqual([
      'unknown_metric /retain/checkpoints/keep/0/metric',
    ]);
  });

  test('does not wait for a connection while lists use all of theirs', async () => {
    const { url } = await runs({ run: epochs(1) });
    const { lists } = server.db;
    const held = await Promise.all(Array.from({ length: lists.options.max }, () => lists.connect()));
    const policy = keepAll([{ best: 1, metric: 'typo', direction: 'max' }]);
    try {
      const { warnings } = await ok('PUT', `${url}/policy`, policy);
      expect(warnings).toMatchObject([{ pointer: '', code: 'not_checked' }]);
    } finally {
      for (const client of held) client.release();
    }
    expect(warned(await ok('GET', `${url}/policy`))).toEqual([
      'unknown_metric /retain/checkpoints/keep/0/metric',
    ]);
  });

  test('covers versions of a model, and of all models below a namespace with its rule in force', async () => {
    const rule = (metric: string) => ({
      retain: { versions: { keep: [{ best: 1, metric, direction: 'max' }], remove: 'object' } },
    });
    const model = await modelWith(rule('typo'));
    for (const name of ['v1', 'v2']) await newVersion(model, name, { acc: 1 });
    expect(warned(await ok('GET', `${model.url}/policy`))).toEqual([
      'unknown_metric /retain/versions/keep/0/metric',
    ]);
    await retain();
    expect((await ok('GET', `${model.url}/decisions`)).items).toMatchObject([
      { outcome: 'kept', subject: { kind: 'model', name: model.ref } },
    ]);
    const above = `/v1/namespaces/${model.namespace}/policy`;
    expect((await ok('PUT', above, rule('acc'))).warnings).toEqual([]);
    const other = await ok('POST', '/v1/models', { namespace: `${model.namespace}/sub`, name: 'm' });
    await ok('POST', `/v1/models/${other.id}/versions`, { version: 'v1', files: [] });
    const [warning] = (await ok('GET', above)).warnings;
    expect(warning.message).toBe(
      'No version of any model has the metric acc, so keep[0] keeps every version.',
    );
    const tagged = { retain: { versions: { keep: [{ filter: "'prod' IN aliases" }], remove: 'object' } } };
    await ok('PUT', `${model.url}/aliases/prod`, { version: 'v1' });
    // The rule of the namespace applies only to the other model, because the first has its own.
    expect((await ok('PUT', above, tagged)).warnings.map(({ message }: any) => message)).toEqual([
      "No version of any model has the alias 'prod', so keep[0] keeps every version.",
    ]);
    expect((await ok('PUT', `${model.url}/policy`, tagged)).warnings).toEqual([]);
    expect((await ok('POST', `${model.url}/policy/preview`)).retain.removed).toBe(1);
    await ok('PUT', `${model.url}/policy`, rule('typo'));
    await ok('PUT', above, rule('acc'));
    // The model below gets warnings about all rules in force, whatever their owner.
    expect(warned(await ok('GET', `/v1/models/${other.id}/policy`))).toEqual([
      'unknown_metric /retain/versions/keep/0/metric',
    ]);
  });
});

describe('labels, promotions and evaluations', () => {
  test('warn about each clause that asks for something that no version has', async () => {
    const model = await modelWith({});
    await newVersion(model, 'v1', { acc: 1 }, { metadata: { stage: 'dev' } });
    const put = await ok('PUT', `${model.url}/policy`, {
      evaluate: [{ dataset: 'val' }],
      label: [
        {
          name: 'fine',
          tag: 'fine',
          metric: 'acc',
          direction: 'max',
          than: 0.5,
          filter: "metadata.stage = 'dev'",
        },
        {
          name: 'champion',
          alias: 'champion',
          metric: 'acc',
          dataset: 'val',
          direction: 'max',
          notWorse: [{ metric: 'typo', direction: 'max' }],
          filter: "framework = 'pytroch' AND metadata.statge = 'x'",
          files: [{ role: 'model' }],
        },
      ],
    });
    expect(warned(put)).toEqual([
      'not_evaluated /evaluate/0/dataset',
      'unknown_metric /label/1/metric',
      'unknown_metric /label/1/notWorse/0/metric',
      'unknown_metadata /label/1/filter',
      'no_match /label/1/filter',
      'no_match /label/1/files/0',
    ]);
    expect(put.warnings[1].message).toBe(
      'No version has the metric acc on val: the rule gives champion to no version now.',
    );
  });

  test('warn about unknown experiments, metrics and filters of promotions', async () => {
    const model = await modelWith({});
    const run = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: 'run' });
    await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, files: [], metrics: { acc: 1 } });
    const rule = { metric: 'acc', direction: 'max', version: '{experiment}' };
    const put = await ok('PUT', `${model.url}/policy`, {
      promote: [
        rule,
        { ...rule, name: 'a', experiments: "name = 'rnu'" },
        { ...rule, name: 'b', metric: 'typo' },
        { ...rule, name: 'c', experiments: "name = 'run'", filter: 'epoch > 5' },
      ],
    });
    expect(warned(put)).toEqual([
      'no_match /promote/1/experiments',
      'unknown_metric /promote/2/metric',
      'no_match /promote/3/filter',
    ]);
  });
});
