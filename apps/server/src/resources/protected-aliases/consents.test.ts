import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { allowRules, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf, type Person } from '../../../testing/tokens.ts';

/* Under a protection by rule, a rule moves the alias only with the text that an admin allowed. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const { decideAll } = policyTests(() => server);

interface World {
  readonly namespace: string;
  readonly model: string;
  readonly maintainer: Person;
  readonly admin: Person;
  /** The path of the protection of `prod` on the namespace. */
  readonly protection: string;
  holder(): Promise<string>;
  policy(document: object): Promise<any>;
}

const rule = { name: 'best', alias: 'prod', metric: 'mAP', direction: 'max' } as const;
const worse = { ...rule, direction: 'min' } as const;

/** Makes a model with three ready versions, and a rule that sets `prod` on `v2`. */
async function world(on: 'namespace' | 'model' = 'namespace'): Promise<World> {
  const namespace = freshName('ai');
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const maintainer = await callers.user({ [namespace]: 'maintainer' });
  const admin = await callers.user({ [namespace]: 'admin' });
  for (const n of [1, 2, 3]) {
    const body = { version: `v${n}`, files: [], metrics: { mAP: n / 10 } };
    expect((await admin.api('POST', `/v1/models/${model}/versions`, body)).status).toBe(201);
  }
  await callers.ok('PUT', `/v1/models/${model}/aliases/prod`, { version: 'v2' });
  const protection = `/v1/${on}s/${on === 'model' ? model : namespace}/protected-aliases/prod`;
  await callers.ok('PUT', protection, { by: 'rule' });
  return {
    namespace,
    model,
    maintainer,
    admin,
    protection,
    holder: async () => (await callers.ok('GET', `/v1/models/${model}/aliases/prod`)).version,
    policy: async (document) => {
      const answer = await maintainer.api('PUT', `/v1/models/${model}/policy`, document);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body;
    },
  };
}

describe("a maintainer's own rule", () => {
  it('moves nothing, and decision, policy, preview, explanation and protection say that it waits', async () => {
    const w = await world();
    const policy = await w.policy({ label: [rule] });
    await decideAll();
    expect(await w.holder()).toBe('v2');
    const words =
      `the rule best of ${w.namespace}/yolo waits: prod is protected by ${w.namespace}, and an admin of ` +
      `${w.namespace} must allow the rule`;
    expect(policy.waiting).toEqual([{ rule: 'best', alias: 'prod', words }]);
    expect((await callers.ok('GET', `/v1/models/${w.model}/policy`)).waiting).toEqual(policy.waiting);
    const preview = await callers.ok('POST', `/v1/models/${w.model}/policy/preview`, {});
    expect(preview).toMatchObject({
      waiting: policy.waiting,
      label: [{ version: 'v3', outcome: 'suspended', words: `v3 does not qualify as prod: ${words}.` }],
    });
    const explained = await callers.ok('GET', `/v1/models/${w.model}/aliases/prod/explain?version=v3`);
    expect(explained).toMatchObject({ outcome: 'suspended', answer: `v3 is not prod: ${words}.` });
    const { items } = await callers.ok('GET', `/v1/models/${w.model}/decisions?outcome=suspended`);
    expect(items).toMatchObject([{ rule: 'best', words: `v3 does not qualify as prod: ${words}.` }]);
    expect((await callers.ok('GET', `/v1/models/${w.model}/proposals`)).items).toEqual([]);
    const [listed] = (await w.admin.api('GET', `${w.protection}/rules`)).body.items;
    expect(listed).toMatchObject({
      policy: { kind: 'model', id: w.model, name: `${w.namespace}/yolo` },
      state: 'waits',
      words,
      rule,
      allowed: null,
    });
  });

  it('moves the alias after an admin allows it, and waits again after each change', async () => {
    const w = await world();
    await w.policy({ label: [rule] });
    await allowRules(w.admin.api, w.protection);
    await decideAll();
    expect(await w.holder()).toBe('v3');
    expect((await callers.ok('GET', `/v1/models/${w.model}/policy`)).waiting).toEqual([]);

    const changed = await w.policy({ label: [worse] });
    await decideAll();
    expect(await w.holder()).toBe('v3');
    expect(changed.waiting[0].words).toMatch(
      new RegExp(
        `^the rule best of ${w.namespace}/yolo changed since ${w.admin.name} allowed it on 2.*Z; an admin of ` +
          `${w.namespace} must allow it again$`,
      ),
    );
    const [listed] = (await w.admin.api('GET', `${w.protection}/rules`)).body.items;
    expect(listed).toMatchObject({ state: 'changed', words: changed.waiting[0].words });
    expect(listed.allowed).toMatchObject({ rule: 'best', by: w.admin.name });
    await allowRules(w.admin.api, w.protection);
    await decideAll();
    expect(await w.holder()).toBe('v1');
  });

  it.each([
    ['its filter', { filter: "framework = 'x' OR version = 'v3'" }],
    ['its metric', { metric: 'loss' }],
    ['its name', { name: 'other' }],
    ['its margin', { margin: { abs: 0.01 } }],
    ['what it is compared with', { than: 0.05 }],
    ['its age', { minAge: 'PT1S' }],
    ['what it must not be worse in', { notWorse: [{ metric: 'loss', direction: 'min' }] }],
  ] as const)('waits again after a change of %s', async (_, change) => {
    const w = await world();
    await w.policy({ label: [{ ...rule, minAge: 'P1D' }] });
    await allowRules(w.admin.api, w.protection);
    expect((await w.policy({ label: [{ ...rule, minAge: 'P1D', ...change }] })).waiting).toHaveLength(1);
    expect((await w.policy({ label: [{ ...rule, minAge: 'P1D' }] })).waiting).toEqual([]);
  });
});

describe('the same rule elsewhere', () => {
  it('waits in a nearer policy, even if the rule of the namespace was allowed', async () => {
    const w = await world();
    await callers.ok('PUT', `/v1/namespaces/${w.namespace}/policy`, { label: [{ ...rule, minAge: 'P1D' }] });
    await allowRules(w.admin.api, w.protection);
    const { waiting } = await w.policy({ label: [{ ...rule, minAge: 'P1D' }] });
    expect(waiting).toMatchObject([{ rule: 'best' }]);
    // Without the nearer rule, the rule above applies, which was allowed.
    expect((await w.policy({})).waiting).toEqual([]);
  });

  it('is not weakened by a nearer `evaluate`', async () => {
    const w = await world();
    await callers.ok('POST', '/v1/datasets', { namespace: w.namespace, name: 'val' });
    const above = { label: [rule], evaluate: [{ dataset: 'val' }] };
    await callers.ok('PUT', `/v1/namespaces/${w.namespace}/policy`, above);
    await allowRules(w.admin.api, w.protection);
    await w.policy({ evaluate: [] });
    await decideAll();
    expect(await w.holder()).toBe('v2');
    // An edit of `evaluate` in the policy of the rule changes the rule.
    await callers.ok('PUT', `/v1/namespaces/${w.namespace}/policy`, { ...above, evaluate: [] });
    await decideAll();
    expect(await w.holder()).toBe('v2');
    await allowRules(w.admin.api, w.protection);
    await decideAll();
    expect(await w.holder()).toBe('v3');
  });

  it('needs the consent of an admin of each protection', async () => {
    const w = await world('model');
    await callers.ok('PUT', `/v1/namespaces/${w.namespace}/protected-aliases/prod`, { by: 'rule' });
    await w.policy({ label: [rule] });
    await allowRules(w.admin.api, w.protection);
    await decideAll();
    expect(await w.holder()).toBe('v2');
    await allowRules(w.admin.api, `/v1/namespaces/${w.namespace}/protected-aliases/prod`);
    await decideAll();
    expect(await w.holder()).toBe('v3');
  });
});

describe('a preview of a draft', () => {
  it('says that the draft would wait, unless it is already allowed', async () => {
    const w = await world();
    await w.policy({ label: [{ ...rule, minAge: 'P1D' }] });
    await allowRules(w.admin.api, w.protection);
    const preview = async (label: object[]) =>
      (await callers.ok('POST', `/v1/models/${w.model}/policy/preview`, { policy: { label } })).waiting;
    expect(await preview([{ ...rule, minAge: 'P1D' }])).toEqual([]);
    expect(await preview([rule])).toMatchObject([{ rule: 'best', alias: 'prod' }]);
    expect(await preview([{ ...rule, alias: 'other' }])).toEqual([]);
    const above = await callers.ok('POST', `/v1/namespaces/${w.namespace}/policy/preview`, {
      policy: { label: [rule] },
    });
    expect(above.waiting).toMatchObject([{ rule: 'best', alias: 'prod' }]);
  });
});

describe('allowing a rule', () => {
  const first = async (w: World) => (await w.admin.api('GET', `${w.protection}/rules`)).body.items[0];

  it('is 403 for a maintainer, and 412 for a changed rule or a changed protection', async () => {
    const w = await world();
    await w.policy({ label: [rule] });
    const seen = await first(w);
    const url = `${w.protection}/rules/${w.model}`;
    expect((await w.maintainer.api('PUT', url, { digest: seen.digest })).status).toBe(403);
    expect((await w.maintainer.api('DELETE', url)).status).toBe(403);
    await w.policy({ label: [worse] });
    const stale = await w.admin.api('PUT', url, { digest: seen.digest });
    expect(stale.body).toMatchObject({
      status: 412,
      code: 'stale',
      detail: expect.stringContaining('GET …/rules'),
    });
    const { digest } = await first(w);
    const before = await w.admin.api('GET', w.protection);
    expect(before.headers.get('etag')).toBe('"1"');
    const old = await w.admin.api('PUT', url, { digest }, { 'if-match': '"0"' });
    expect(old.status).toBe(412);
    const allowed = await w.admin.api('PUT', url, { digest }, { 'if-match': '"1"' });
    expect([allowed.status, allowed.headers.get('etag'), allowed.body.edit]).toEqual([200, '"2"', 2]);
    expect((await w.admin.api('PUT', url, { digest })).body.edit).toBe(2);
    const { rows } = await server.db.requests.query(
      `SELECT action, actor, detail->>'digest' AS digest, detail->'rule'->>'direction' AS direction
       FROM changes WHERE object_kind = 'alias_protection' AND namespace = $1 AND action <> 'created'`,
      [w.namespace],
    );
    expect(rows).toEqual([{ action: 'rule_allowed', actor: w.admin.name, digest, direction: 'min' }]);
  });

  it('can be withdrawn, and ends with a protection of another kind', async () => {
    const w = await world();
    await w.policy({ label: [{ ...rule, minAge: 'P1D' }] });
    await allowRules(w.admin.api, w.protection);
    const url = `${w.protection}/rules/${w.model}`;
    expect((await w.admin.api('DELETE', url)).status).toBe(204);
    expect((await w.admin.api('DELETE', url)).status).toBe(404);
    expect((await first(w)).state).toBe('waits');
    await allowRules(w.admin.api, w.protection);
    await w.policy({ label: [] });
    expect(await first(w)).toMatchObject({ state: 'gone', rule: null, digest: null });
    await w.policy({ label: [{ ...rule, minAge: 'P1D' }] });
    expect((await first(w)).state).toBe('allowed');
    await w.admin.api('PUT', w.protection, { by: 'proposal' });
    expect((await w.admin.api('GET', `${w.protection}/rules`)).body.items).toEqual([]);
    expect((await w.admin.api('PUT', url, { digest: 'a'.repeat(64) })).status).toBe(409);
    await w.admin.api('PUT', w.protection, { by: 'rule' });
    expect((await first(w)).state).toBe('waits');
  });

  /** Lists the policies with rules for the alias over all pages. */
  async function policiesOf(w: World, limit: number): Promise<{ kind: string; name: string }[]> {
    const policies = [];
    for (let cursor = ''; ; ) {
      const { body } = await w.admin.api('GET', `${w.protection}/rules?limit=${limit}${cursor}`);
      policies.push(...body.items.map((item: any) => item.policy));
      if (body.nextCursor === null) return policies;
      cursor = `&cursor=${body.nextCursor}`;
    }
  }

  it('is 404 for a policy without a rule for the alias, and lists rules in pages', async () => {
    const w = await world();
    const other = await world();
    await other.policy({ label: [rule] });
    const { digest } = await first(other);
    for (const policy of [other.model, w.model])
      expect((await w.admin.api('PUT', `${w.protection}/rules/${policy}`, { digest })).status).toBe(404);
    for (const name of ['a', 'b', 'c']) {
      const { id } = await callers.ok('POST', '/v1/models', { namespace: `${w.namespace}/below`, name });
      await callers.ok('PUT', `/v1/models/${id}/policy`, { label: [rule] });
    }
    const names = (await policiesOf(w, 2)).map(({ name }) => name);
    expect(names).toEqual(['a', 'b', 'c'].map((name) => `${w.namespace}/below/${name}`));
  });

  it('lists a model and a namespace of the same name across a page break', async () => {
    const w = await world();
    const { namespace } = w;
    const below = `${namespace}/below`;
    const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'below' });
    await callers.ok('POST', '/v1/models', { namespace: below, name: 'yolo' });
    await callers.ok('PUT', `/v1/models/${id}/policy`, { label: [rule] });
    await callers.ok('PUT', `/v1/namespaces/${encodeURIComponent(below)}/policy`, { label: [rule] });
    expect((await policiesOf(w, 1)).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      `model ${below}`,
      `namespace ${below}`,
    ]);
  });

  it('ends with an edit of the rule, even if edits race with the worker', async () => {
    for (let round = 0; round < 2; round++) {
      const w = await world();
      await w.policy({ label: [{ ...worse, than: 0 }] });
      await w.policy({ label: [{ ...rule, margin: { abs: 5 } }] });
      await allowRules(w.admin.api, w.protection);
      const edits = async () => {
        for (const document of [worse, rule, worse, rule])
          await w.policy({ label: [document === rule ? { ...rule, margin: { abs: 5 } } : worse] });
      };
      await Promise.all([edits(), decideAll(), decideAll()]);
      await decideAll();
      expect(await w.holder()).toBe('v2');
    }
  });
});
