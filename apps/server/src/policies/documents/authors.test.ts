import type { Permission } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf } from '../../../testing/tokens.ts';
import { retainDue } from '../../workers/retention.ts';
import { abortStale } from '../retention/stale.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const { decideAll } = policyTests(() => server);

const label = [{ name: 'best', alias: 'prod', metric: 'acc', direction: 'max' }] as const;
const tag = [{ name: 'good', tag: 'good', metric: 'acc', direction: 'max', than: 0.1 }] as const;
const promote = [{ metric: 'acc', direction: 'max', version: '{experiment}' }] as const;
const removing = (remove: 'object' | 'files') => ({ keep: [{ latest: 1 }], remove });

interface World {
  readonly namespace: string;
  readonly model: string;
  readonly modelPolicy: string;
  readonly namespacePolicy: string;
}

/** Makes a model with three ready versions, a finished run with three checkpoints, and a silent run. */
async function world(): Promise<World> {
  const namespace = freshName('ns');
  const { ok } = callers;
  const { id: model } = await ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
  for (const n of [1, 2, 3]) {
    const files = [{ uri: `s3://b/${n}`, path: 'm.bin' }];
    await ok('POST', `/v1/models/${model}/versions`, { version: `v${n}`, files, metrics: { acc: n / 10 } });
    await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: n, files: [], metrics: { acc: n } });
  }
  await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
  return {
    namespace,
    model,
    modelPolicy: `/v1/models/${model}/policy`,
    namespacePolicy: `/v1/namespaces/${namespace}/policy`,
  };
}

interface State {
  /** Name, aliases, tags. */
  readonly versions: readonly (readonly [string, string[], string[]])[];
  readonly checkpoints: number;
}

/** Reads everything that rules can change in a world. */
async function stateOf(w: World): Promise<State> {
  const { ok } = callers;
  const { items: versions } = await ok('GET', `/v1/models/${w.model}/versions?orderBy=version`);
  const { items: runs } = await ok('GET', `/v1/experiments?namespace=${w.namespace}`);
  const checkpoints = await ok('GET', `/v1/experiments/${runs[0].id}/checkpoints`);
  return {
    versions: versions.map((v: any) => [v.version, v.aliases, v.tags]),
    checkpoints: checkpoints.items.length,
  };
}

/** Lets every policy worker do its due work. */
async function work(): Promise<void> {
  await server.db.requests.query('DELETE FROM retention_runs');
  await decideAll();
  await retainDue(server.ctx);
}

const SECTIONS: { name: string; on: 'model' | 'namespace'; document: object; needs: Permission[] }[] = [
  { name: 'label', on: 'model', document: { label }, needs: ['alias.move'] },
  { name: 'label', on: 'model', document: { label: tag }, needs: ['version.write'] },
  {
    name: 'promote',
    on: 'model',
    document: { promote },
    needs: ['version.create', 'checkpoint.read', 'file.read'],
  },
  {
    name: 'retain.versions',
    on: 'model',
    document: { retain: { versions: removing('object') } },
    needs: ['version.delete'],
  },
  {
    name: 'retain.versions',
    on: 'namespace',
    document: { retain: { versions: removing('files') } },
    needs: ['version.delete', 'file.write'],
  },
  {
    name: 'retain.checkpoints',
    on: 'namespace',
    document: { retain: { checkpoints: removing('object') } },
    needs: ['checkpoint.delete'],
  },
  { name: 'evaluate', on: 'model', document: { evaluate: [] }, needs: ['alias.move'] },
  { name: 'staleAfter', on: 'namespace', document: { staleAfter: 'PT1H' }, needs: ['experiment.write'] },
];

const BASE: Permission[] = ['policy.write', 'policy.read', 'dataset.read', 'model.read', 'namespace.read'];
const urlOf = (w: World, on: 'model' | 'namespace') => (on === 'model' ? w.modelPolicy : w.namespacePolicy);

describe.each(SECTIONS)('$name on a $on that needs $needs', ({ name, on, document, needs }) => {
  it('is 403 with section and permission if one is missing, and 200 with all', async () => {
    const w = await world();
    for (const lacking of needs) {
      const holder = await callers.holder(w.namespace, [
        ...BASE,
        ...needs.filter((each) => each !== lacking),
      ]);
      const answer = await holder.api('PUT', urlOf(w, on), document);
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
      expect(answer.body.detail).toContain(
        `The section ${name} of the policy needs ${lacking} on ${w.namespace}`,
      );
    }
    const able = await callers.holder(w.namespace, [...BASE, ...needs]);
    expect((await able.api('PUT', urlOf(w, on), document)).status).toBe(200);
    // An unchanged section needs no permission.
    const plain = await callers.holder(w.namespace, BASE);
    expect((await plain.api('PUT', urlOf(w, on), { ...document, promote: [], ...document })).status).toBe(
      200,
    );
  });
});

/** All ways in which an author loses rights. */
const LOSSES: Record<string, (w: World) => Promise<{ author: Caller; lose(): Promise<unknown> }>> = {
  'the grant is removed': async (w) => {
    const author = await callers.user({ [w.namespace]: 'maintainer' });
    return { author, lose: () => callers.ok('DELETE', grantOf(w, author.name)) };
  },
  'the role is lowered': async (w) => {
    const author = await callers.user({ [w.namespace]: 'maintainer' });
    return { author, lose: () => callers.ok('PUT', grantOf(w, author.name), { role: 'viewer' }) };
  },
  'the token is revoked': async (w) => {
    const author = await callers.user({ [w.namespace]: 'maintainer' });
    return { author, lose: () => callers.ok('DELETE', `/v1/tokens/${author.id}`) };
  },
  'the token expires': async (w) => {
    const { name } = await callers.user({ [w.namespace]: 'maintainer' });
    const author = await callers.token({ principal: name, expiresAt: '2099-01-01T00:00:00Z' });
    const expire = `UPDATE tokens SET expires_at = now() - interval '1 second' WHERE id = $1`;
    return { author, lose: () => server.db.requests.query(expire, [author.id]) };
  },
};
const grantOf = ({ namespace }: World, name: string) =>
  `/v1/namespaces/${namespace}/grants/${encodeURIComponent(name)}`;

describe.each(Object.entries(LOSSES))('after %s', (_, losing) => {
  it('no rule acts, all answers say so, and a caller with the rights can take over', async () => {
    const w = await world();
    const { author, lose } = await losing(w);
    const model = { label, promote, retain: { versions: removing('object') } };
    const namespace = { retain: { checkpoints: removing('object') } };
    expect((await author.api('PUT', w.modelPolicy, model)).status).toBe(200);
    expect((await author.api('PUT', w.namespacePolicy, namespace)).status).toBe(200);
    await lose();
    const before = await stateOf(w);
    await work();
    expect(await stateOf(w)).toEqual(before);

    const policy = await callers.ok('GET', w.modelPolicy);
    for (const section of ['label', 'promote', 'retainVersions'])
      expect(policy.sources[section]).toMatchObject({
        author: expect.stringMatching(/^user:/),
        suspended: expect.stringContaining('does nothing until'),
      });
    const preview = await callers.ok('POST', `${w.modelPolicy}/preview`, {});
    expect(preview).toMatchObject({ label: [], promote: [], retain: { removed: 0 } });
    expect(preview.suspended.map((each: any) => each.section).sort()).toEqual([
      'label',
      'promote',
      'retainVersions',
    ]);
    const explained = await callers.ok('GET', `/v1/models/${w.model}/aliases/prod/explain?version=v3`);
    expect(explained).toMatchObject({ outcome: 'suspended', answer: expect.stringContaining('suspended') });
    const { items } = await callers.ok('GET', `/v1/models/${w.model}/decisions?outcome=suspended`);
    expect(items.map((each: any) => each.kind).sort()).toEqual(['label', 'promote', 'retain']);
    const below = await callers.ok('GET', `/v1/namespaces/${w.namespace}/decisions?outcome=suspended`);
    expect(below.items).toMatchObject([{ kind: 'retain', subject: { kind: 'namespace' } }]);

    const other = await callers.user({ [w.namespace]: 'maintainer' });
    const taken = await other.api('PUT', w.modelPolicy, model);
    expect(taken.body).toMatchObject({ edit: 2, sources: { label: { author: other.name } } });
    expect(taken.body.sources.label.suspended).toBeUndefined();
    expect((await other.api('PUT', w.modelPolicy, model)).body.edit).toBe(2);
    await work();
    expect((await stateOf(w)).versions).not.toEqual(before.versions);
  });
});

it('lets rules act again after their author regains the rights', async () => {
  const w = await world();
  const author = await callers.user({ [w.namespace]: 'maintainer' });
  await author.api('PUT', w.modelPolicy, { label });
  await callers.ok('DELETE', grantOf(w, author.name));
  await work();
  await callers.ok('PUT', grantOf(w, author.name), { role: 'maintainer' });
  server.advance(server.ctx.settings.retentionInterval);
  await work();
  expect((await callers.ok('GET', `/v1/models/${w.model}/aliases/prod`)).version).toBe('v3');
});

it('does not abort a silent run if the author may not', async () => {
  const w = await world();
  const author = await callers.user({ [w.namespace]: 'maintainer' });
  const run = await callers.ok('POST', '/v1/experiments', { namespace: w.namespace, name: 'silent' });
  await author.api('PUT', w.namespacePolicy, { staleAfter: 'PT1H' });
  await callers.ok('DELETE', grantOf(w, author.name));
  server.advance(2 * 3_600_000);
  expect(await abortStale(server.ctx)).toBe(0);
  expect(await abortStale(server.ctx)).toBe(0);
  const { items } = await callers.ok('GET', `/v1/namespaces/${w.namespace}/decisions`);
  expect(items).toMatchObject([{ kind: 'stale', outcome: 'suspended', repeats: 0 }]);
  expect((await callers.ok('GET', `/v1/experiments/${run.id}`)).status).toBe('running');
});

describe('a section that hides one from above', () => {
  it('cannot be removed without the permissions of the rule above: 403', async () => {
    const w = await world();
    await callers.ok('PUT', w.namespacePolicy, { retain: { versions: removing('object') } });
    const keep = { keep: [{ latest: 100 }], remove: 'object' };
    await callers.ok('PUT', w.modelPolicy, { retain: { versions: keep } });
    const holder = await callers.holder(w.namespace, BASE);
    const answer = await holder.api('PUT', w.modelPolicy, {});
    expect(answer.body).toMatchObject({ status: 403, detail: expect.stringContaining('version.delete') });
  });

  it('still overrides the section above while it is suspended', async () => {
    const w = await world();
    const author = await callers.user({ [w.namespace]: 'maintainer' });
    const keep = { keep: [{ latest: 2 }], remove: 'object' };
    await author.api('PUT', w.modelPolicy, { retain: { versions: keep } });
    await callers.ok('PUT', w.namespacePolicy, { retain: { versions: removing('object') } });
    await callers.ok('DELETE', grantOf(w, author.name));
    await work();
    expect((await stateOf(w)).versions).toHaveLength(3);
  });
});

it('lets a policy without recorded authors act, and records the next author with the rights', async () => {
  const w = await world();
  const author = await callers.user({ [w.namespace]: 'maintainer' });
  await author.api('PUT', w.modelPolicy, { label });
  await server.db.requests.query(`UPDATE policies SET authors = '{}'`);
  await callers.ok('DELETE', grantOf(w, author.name));
  expect((await callers.ok('GET', w.modelPolicy)).sources.label).toMatchObject({ author: null });
  await work();
  expect((await callers.ok('GET', `/v1/models/${w.model}/aliases/prod`)).version).toBe('v3');
  const other = await callers.user({ [w.namespace]: 'maintainer' });
  const taken = await other.api('PUT', w.modelPolicy, { label });
  expect(taken.body).toMatchObject({ edit: 2, sources: { label: { author: other.name } } });
});

describe('the minimum grace', () => {
  it('is enforced with 422, and also applies to policies that were set before', async () => {
    const w = await world();
    const rule = { ...removing('object'), grace: 'PT0S' };
    const author = await callers.user({ [w.namespace]: 'maintainer' });
    for (const [method, url, body] of [
      ['PUT', w.modelPolicy, { retain: { versions: rule } }],
      ['POST', `${w.modelPolicy}/preview`, { policy: { retain: { versions: rule } } }],
      ['PUT', w.namespacePolicy, { retain: { versions: rule, checkpoints: rule } }],
    ] as const) {
      const answer = await author.api(method, url, body);
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0].message).toContain('at least 86400 seconds');
    }
    await author.api('PUT', w.modelPolicy, { retain: { versions: { ...rule, grace: 'P1D' } } });
    await server.db.requests.query(
      `UPDATE policies SET document = jsonb_set(document, '{retain,versions,grace}', '"PT0S"')`,
    );
    await work();
    const { rows } = await server.db.requests.query(
      `SELECT DISTINCT round(extract(epoch FROM purge_at - deleted_at))::int AS grace FROM versions
       WHERE model_id = $1 AND deleted_at IS NOT NULL`,
      [w.model],
    );
    expect(rows).toEqual([{ grace: 86_400 }]);
  });
});
