import {
  openApiDocument,
  PERMISSIONS,
  type Permission,
  type Route,
  routeList,
  VIEWS,
} from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOf } from '../../testing/access-world.ts';
import { freshName } from '../../testing/objects.ts';
import { champion, policyTests } from '../../testing/policies.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, withToken } from '../../testing/tokens.ts';

/* Answers to a narrowed token show only the fields that its permissions allow. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

/** A value that only the holders of these permissions may find in an answer. */
const SECRETS: Readonly<Record<string, readonly Permission[]>> = {
  '0.8125': ['metric.read'],
  // Writers identify the dataset by its name. Metrics, versions, policies and the audit show the name too.
  'secret-val': [
    ...['dataset.read', 'dataset.create', 'dataset.write', 'metric.read', 'version.read', 'policy.read'],
    'audit.read',
  ] as Permission[],
  'secret-digest': ['dataset.read', 'metric.read'],
  'secret-file': ['file.read'],
  'secret-model-note': ['model.read'],
  'secret-version-note': ['version.read'],
  'secret-run-note': ['experiment.read'],
  'secret-checkpoint-note': ['checkpoint.read'],
  'secret-dataset-note': ['dataset.read'],
  'secret-namespace-note': ['namespace.read'],
  'secret-event': ['event.read', 'audit.read'],
  'secret-rule': ['policy.read', 'proposal.decide', 'audit.read'],
  'secret-alias': ['version.read', 'namespace.read', 'alias.protect', 'audit.read'],
  'secret-hold': ['version.read', 'checkpoint.read'],
};

async function makeSecrets() {
  const { ok } = callers;
  const { decideAll } = policyTests(() => ({ ...server, api: callers.admin }) as TestServer);
  const namespace = freshName('ns');
  const note = (of: string) => ({ metadata: { note: `secret-${of}-note` } });
  const points = [
    { key: 'acc', value: 0.8125 },
    { key: 'acc', value: 0.8125, dataset: 'secret-val' },
  ];
  const dataset = { namespace, name: 'secret-val', digest: 'secret-digest', ...note('dataset') };
  const { id: datasetId } = await ok('POST', '/v1/datasets', dataset);
  await ok('PATCH', `/v1/namespaces/${namespace}`, note('namespace'));
  const model = await ok('POST', '/v1/models', { namespace, name: 'm', ...note('model') });
  const run = await ok('POST', '/v1/experiments', { namespace, name: 'run', ...note('run') });
  const files = ['s3://bucket/secret-file.bin'];
  const measured = { files, metrics: points };
  const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, {
    ...{ epoch: 1, ...measured, ...note('checkpoint') },
  });
  const fields = { ...measured, datasets: ['secret-val'], ...note('version') };
  const made = { version: 'v1', ...fields, source: { checkpoint: checkpoint.id }, aliases: ['secret-alias'] };
  const version = await ok('POST', `/v1/models/${model.id}/versions`, made);
  await ok('PUT', `/v1/namespaces/${namespace}/protected-aliases/secret-alias`, {
    by: 'role',
    role: 'admin',
  });
  const rule = { ...champion, name: 'secret-rule', metric: 'acc', dataset: 'secret-val', mode: 'propose' };
  const policy = { label: [rule], evaluate: [{ dataset: 'secret-val' }] };
  await ok('PUT', `/v1/models/${model.id}/policy`, policy);
  await decideAll();
  const proposal = (await ok('GET', `/v1/models/${model.id}/proposals`)).items[0];
  for (const [kind, { id }] of Object.entries({
    models: model,
    versions: version,
    experiments: run,
    checkpoints: checkpoint,
  })) {
    await ok('POST', `/v1/${kind}/${id}/events`, { name: 'secret-event', source: 'x' });
    if (kind === 'models' || kind === 'experiments') {
      await ok('POST', `/v1/${kind}/${id}/files`, { files });
      await ok('POST', `/v1/${kind}/${id}/metrics`, { metrics: points });
    } else await ok('PUT', `/v1/${kind}/${id}/hold`, { reason: 'secret-hold' });
  }
  const upload = await ok('POST', '/v1/uploads', { model: model.id, path: 'u', sizeBytes: 1 });
  const values: Record<string, string> = {
    ...{ namespace, model: model.id, version: version.id, experiment: run.id, checkpoint: checkpoint.id },
    ...{ dataset: datasetId, upload: upload.id, proposal: proposal.id, alias: 'secret-alias' },
    ...{ 'path*': 'secret-file.bin', part: '1', principal: 'user:somebody' },
  };
  return { namespace, values, model, version, run, checkpoint };
}

/** A body with which a write succeeds, without any of the secrets. */
function bodyOf({ id, body, method }: Route, { namespace }: { namespace: string }): unknown {
  if (body === undefined) return undefined;
  if (body === 'bytes') return Buffer.from('x');
  const create: Record<string, unknown> = {
    'models.create': { namespace, name: 'm' },
    'experiments.create': { namespace, name: 'run' },
    'datasets.create': { namespace, name: 'secret-val' },
    'models.versions.create': { version: freshName('v'), files: [] },
    'experiments.checkpoints.create': { step: 1, files: [] },
  };
  if (create[id] !== undefined) return create[id];
  if (id.endsWith('.metrics.log')) return { metrics: [{ key: freshName('k'), value: 1 }] };
  if (id.endsWith('.files.track')) return { files: [`s3://bucket/${freshName('f')}`] };
  if (id.endsWith('.events.create')) return { name: 'n', source: 's' };
  if (id.endsWith('.hold.set')) return { reason: 'r' };
  if (id.endsWith('.protectedAliases.set')) return { by: 'role', role: 'admin' };
  if (id.endsWith('.grants.set')) return { role: 'viewer' };
  if (id.endsWith('.metadata.update')) return { other: 1 };
  return method === 'PATCH' ? { metadata: { other: 1 } } : {};
}

/** Lists the series of all datasets, because a dataset in the query needs another permission. */
const pathOf = (route: Route, values: Readonly<Record<string, string>>) =>
  route.id.endsWith('.metrics.list') ? urlOf({ ...route, touches: {} }, values) : urlOf(route, values);

/** Reads come first and deletes last: a write changes what a read shows. */
const rank = ({ method, id }: Route) =>
  method === 'GET' ? 0 : id.endsWith('.restore') ? 1 : method === 'DELETE' ? 3 : 2;
const nonPublic = routeList
  .filter(({ public: isPublic, known }) => !isPublic && !known)
  .toSorted((a, b) => rank(a) - rank(b));

describe('a token of one permission', () => {
  it.each(PERMISSIONS)(
    '%s: every answer shows only the fields of this permission',
    async (permission) => {
      const world = await makeSecrets();
      const { api } = await callers.holder(world.namespace, [permission]);
      const answered: string[] = [];
      for (const route of nonPublic) {
        if (route.method === 'DELETE') continue;
        const { status, body, headers } = await api(
          route.method,
          pathOf(route, world.values),
          bodyOf(route, world),
        );
        if (status >= 300) continue;
        answered.push(route.id);
        const text = `${JSON.stringify(body)} ${JSON.stringify([...headers])}`;
        for (const [secret, holders] of Object.entries(SECRETS))
          if (!holders.includes(permission)) expect(text, `${route.id}: ${secret}`).not.toContain(secret);
      }
      // No route accepts one of these permissions alone.
      const never = ['alias.move', 'namespace.quota', 'policy.write', 'namespace.delete', 'proposal.decide'];
      if (!permission.endsWith('.delete') && !never.includes(permission))
        expect(answered, permission).not.toEqual([]);
    },
    120_000,
  );

  it('version.read and metric.read: each shows its part of a version, and `hidden` names the rest', async () => {
    const { namespace, version } = await makeSecrets();
    const read = async (permissions: Permission[]) => {
      const { api } = await callers.holder(namespace, permissions);
      return (await api('GET', `/v1/versions/${version.id}`)).body;
    };
    const alone = await read(['version.read']);
    expect(alone).toMatchObject({ metrics: {}, evaluations: {}, files: [], fileCount: 0, source: null });
    expect(alone.hidden).toEqual(['files', 'fileCount', 'metrics', 'evaluations']);
    expect(alone.metadata).toEqual({ note: 'secret-version-note' });
    const measured = await read(['version.read', 'metric.read']);
    expect(measured).toMatchObject({ metrics: { acc: 0.8125 }, hidden: ['files', 'fileCount'] });
    const whole = await read(['version.read', 'metric.read', 'file.read', 'dataset.read', 'checkpoint.read']);
    expect(whole).toEqual(await callers.ok('GET', `/v1/versions/${version.id}`));
    expect(whole).not.toHaveProperty('hidden');
  });
});

describe('roles', () => {
  it.each(['viewer', 'contributor', 'maintainer', 'admin'] as const)(
    '%s: sees everything, in every answer',
    async (role) => {
      const world = await makeSecrets();
      const { api } = await callers.user({ [world.namespace]: role });
      for (const route of nonPublic.filter(({ method }) => method === 'GET')) {
        const url = pathOf(route, world.values);
        const seen = await api(route.method, url);
        if (seen.status === 200) expect(JSON.stringify(seen.body), route.id).not.toContain('"hidden"');
      }
      const writes = nonPublic.filter(
        ({ method, id }) => method !== 'GET' && method !== 'DELETE' && !id.includes('polic'),
      );
      for (const route of writes) {
        const { body } = await api(route.method, pathOf(route, world.values), bodyOf(route, world));
        expect(JSON.stringify(body), route.id).not.toContain('"hidden"');
      }
    },
    120_000,
  );
});

describe('cached answers', () => {
  it('never cross from one set of permissions to another, in any order of requests', async () => {
    const { namespace, version } = await makeSecrets();
    const narrow = await callers.holder(namespace, ['version.read']);
    const wide = await callers.user({ [namespace]: 'viewer' });
    for (const path of [`/v1/versions/${version.id}`, `/v1/resolve?ref=${version.id}`]) {
      const show = async ({ api }: Caller) => JSON.stringify((await api('GET', path)).body);
      const first = await show(narrow);
      const all = await show(wide);
      expect(first).not.toContain('0.8125');
      expect(all).toContain('0.8125');
      expect([await show(narrow), await show(wide), await show(narrow)]).toEqual([first, all, first]);
    }
  });

  it('a replay by another token of the same owner shows only the fields of that token', async () => {
    const { namespace, model } = await makeSecrets();
    const fields = { principal: 'service:replayer', administrator: true, namespaces: [namespace] };
    const wide = await callers.token(fields);
    const narrow = await callers.token({ ...fields, permissions: ['model.write'] });
    const send = ({ api }: Caller) =>
      api('PATCH', `/v1/models/${model.id}`, { task: 'detect' }, { 'idempotency-key': 'once' });
    expect((await send(wide)).body).toMatchObject({ task: 'detect', metrics: { acc: 0.8125 } });
    const replayed = await send(narrow);
    expect(replayed).toMatchObject({ status: 200, body: { id: model.id, task: null, metrics: {} } });
    expect(replayed.body.hidden).toContain('metadata');
  });
});

describe('filters and orders', () => {
  it('403: on metrics for a token that may not read them, and the audit records it', async () => {
    const { namespace, model, run } = await makeSecrets();
    const reads: Permission[] = ['model.read', 'version.read', 'experiment.read', 'checkpoint.read'];
    const narrow = await callers.holder(namespace, reads);
    const wide = await callers.holder(namespace, [...reads, 'metric.read']);
    const lists = ['models', 'experiments', `models?namespace=${namespace}`, `models/${model.id}/versions`];
    for (const list of [...lists, `experiments/${run.id}/checkpoints`])
      for (const query of [
        `filter=${ref('metrics.acc > 0.5')}`,
        `filter=${ref('NOT (createdBy = \'x\' OR evaluations."secret-val".acc < 0.9)')}`,
        `orderBy=${ref('createdAt, metrics.acc DESC')}`,
      ]) {
        const path = `/v1/${list}${list.includes('?') ? '&' : '?'}${query}`;
        const refused = await narrow.api('GET', path);
        expect(refused.body, path).toMatchObject({ status: 403, code: 'forbidden' });
        expect(refused.body.detail).toContain(`This needs the permission metric.read on ${namespace}.`);
        expect((await wide.api('GET', path)).status, path).toBe(200);
      }
    const { items } = await callers.ok('GET', `/v1/audit?namespace=${namespace}&outcome=denied&limit=1`);
    expect(items).toMatchObject([{ permission: 'metric.read', namespace }]);
    expect((await narrow.api('GET', `/v1/models?filter=${ref("name = 'm'")}`)).status).toBe(200);
  });
});

describe('a policy', () => {
  it('403: previews, backtests and decisions need the permissions to read the facts that they show', async () => {
    const { namespace, model, version, checkpoint } = await makeSecrets();
    const rule = { ...champion, metric: 'acc', dataset: 'secret-val', than: 0.5 };
    const requests = [
      ['POST', `/v1/models/${model.id}/policy/backtest`, { rule }],
      ['POST', `/v1/models/${model.id}/policy/preview`, {}],
      ['POST', `/v1/namespaces/${namespace}/policy/preview`, {}],
      ['GET', `/v1/models/${model.id}/decisions`],
      ['GET', `/v1/versions/${version.id}/decisions`],
      ['GET', `/v1/checkpoints/${checkpoint.id}/decisions`],
      ['GET', `/v1/namespaces/${namespace}/decisions`],
      ['GET', `/v1/models/${model.id}/aliases/champion/explain?version=v1`],
      ['GET', `/v1/models/${model.id}/proposals`],
    ] as const;
    const all = PERMISSIONS.filter((each) => each.endsWith('.read'));
    const wide = await callers.holder(namespace, all);
    const narrow = await callers.holder(
      namespace,
      all.filter((each) => each !== 'metric.read'),
    );
    for (const [method, path, body] of requests) {
      const refused = await narrow.api(method, path, body);
      expect(refused.body, path).toMatchObject({
        status: 403,
        detail:
          `This request needs the permission metric.read on ${namespace}. Use a token with it, ` +
          `or ask an admin of ${namespace} for a role with it.`,
      });
      expect((await wide.api(method, path, body)).status, path).toBe(200);
    }
  });

  it('returns no warnings to a token that sets it and may not read the facts', async () => {
    const { namespace } = await makeSecrets();
    const model = await callers.ok('POST', '/v1/models', { namespace, name: 'without-policy' });
    const policy = {
      retain: { versions: { keep: [{ filter: 'metrics.acc > 0.9' }], remove: 'object', grace: 'P7D' } },
    };
    const set = async (permissions: Permission[]) => {
      const { api } = await callers.holder(namespace, permissions);
      return api('PUT', `/v1/models/${model.id}/policy`, policy);
    };
    const needed: Permission[] = ['policy.write', 'version.delete'];
    const receipt = await set(needed);
    expect(receipt.status, JSON.stringify(receipt.body)).toBe(200);
    expect(receipt.body).toMatchObject({ edit: 1, editedBy: null, effective: {}, sources: {} });
    expect(receipt.body.hidden).toEqual(expect.arrayContaining(['retain', 'effective', 'warnings']));
    const read = await set([...needed, 'policy.read']);
    expect(read.body).toMatchObject({ effective: policy, hidden: ['warnings'] });
    expect(read.body).not.toHaveProperty('warnings');
  });
});

describe('metadata', () => {
  it('a token that may only write it gets back only what it sent', async () => {
    const { namespace, model } = await makeSecrets();
    const path = `/v1/models/${model.id}/metadata`;
    await callers.ok('PATCH', path, { deep: { theirs: 1, gone: 1 } });
    const { api } = await callers.holder(namespace, ['model.write']);
    const patch = { deep: { mine: 2, gone: null }, new: [1] };
    const answer = await api('PATCH', path, patch);
    expect(answer).toMatchObject({ status: 200, body: { deep: { mine: 2 }, new: [1] } });
    expect(answer.body).toEqual({ deep: { mine: 2 }, new: [1] });
    expect(answer.headers.get('etag')).toMatch(/^"/);
    expect((await callers.ok('GET', path)).deep).toEqual({ theirs: 1, mine: 2 });
  });
});

describe('tokens', () => {
  it('a narrowed token lists only itself', async () => {
    const principal = `user:${freshName('u')}`;
    const whole = await callers.token({ principal, name: 'whole' });
    const narrow = await callers.token({ principal, name: 'narrow', permissions: ['model.read'] });
    const bound = await callers.token({ principal, name: 'bound', networks: ['127.0.0.0/8'] });
    const names = async ({ secret }: Caller, query = '') => {
      const { status, body } = await withToken(server, secret)('GET', `/v1/tokens${query}`);
      expect(status).toBe(200);
      return body.items.map(({ name }: any) => name);
    };
    expect(await names(whole)).toEqual(['bound', 'narrow', 'whole']);
    for (const query of ['', `?principal=${ref(principal)}`, '?limit=1']) {
      expect(await names(narrow, query)).toEqual(['narrow']);
      expect(await names(bound, query)).toEqual(['bound']);
    }
  });
});

it.each(Object.entries(VIEWS))(
  'the view of %s names fields that its schema has, and can name what it hides',
  (id, view) => {
    const document: any = openApiDocument('0');
    const { properties } = document.components.schemas[id];
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['hidden', ...view.always, ...Object.keys(view.parts ?? {})]),
    );
  },
);
