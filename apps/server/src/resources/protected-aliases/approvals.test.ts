import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, type Person, withToken } from '../../../testing/tokens.ts';

/* For an alias protected by proposal, the writer of the rule, the author of the version and the approver differ. */

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
  readonly trainer: Person;
  readonly writer: Person;
  readonly ann: Person;
  readonly bob: Person;
  holder(): Promise<string>;
  /** The open proposal. */
  proposal(): Promise<any>;
  approve(by: Pick<Caller, 'api'>, body?: object): Promise<any>;
}

const rule = { name: 'best', alias: 'prod', metric: 'mAP', direction: 'max' } as const;

/** A rule of a maintainer proposes `v2` of a contributor for the alias of `v1`. */
async function world(approvals?: number): Promise<World> {
  const namespace = freshName('ai');
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const maintainer = () => callers.user({ [namespace]: 'maintainer' });
  const [trainer, writer] = [await callers.user({ [namespace]: 'contributor' }), await maintainer()];
  for (const n of [1, 2]) {
    const body = { version: `v${n}`, files: [], metrics: { mAP: n / 10 } };
    expect((await trainer.api('POST', `/v1/models/${model}/versions`, body)).status).toBe(201);
  }
  await callers.ok('PUT', `/v1/models/${model}/aliases/prod`, { version: 'v1' });
  const put = { by: 'proposal', ...(approvals ? { approvals } : {}) };
  const made = await callers.ok('PUT', `/v1/namespaces/${namespace}/protected-aliases/prod`, put);
  expect(made.approvals).toBe(approvals ?? 1);
  expect((await writer.api('PUT', `/v1/models/${model}/policy`, { label: [rule] })).status).toBe(200);
  await decideAll();
  const proposal = async () => (await callers.ok('GET', `/v1/models/${model}/proposals?state=open`)).items[0];
  const { id } = await proposal();
  return {
    namespace,
    model,
    trainer,
    writer,
    ann: await maintainer(),
    bob: await maintainer(),
    holder: async () => (await callers.ok('GET', `/v1/models/${model}/aliases/prod`)).version,
    proposal,
    approve: async (by, body = {}) => (await by.api('POST', `/v1/proposals/${id}/approve`, body)).body,
  };
}

const refused = (detail: string) => ({
  status: 403,
  code: 'forbidden',
  detail: expect.stringContaining(detail),
});

describe('one maintainer alone', () => {
  it('may not approve the own rule, by another token or after removing the rule', async () => {
    const w = await world();
    const words = `${w.writer.name} wrote the rule best`;
    expect(await w.approve(w.writer)).toMatchObject(refused(words));
    const { token } = (await w.writer.api('POST', '/v1/tokens', { name: 'another' })).body;
    expect(await w.approve({ api: withToken(server, token) })).toMatchObject(refused(words));
    const policy = `/v1/models/${w.model}/policy`;
    expect((await w.writer.api('PUT', policy, {})).status).toBe(200);
    expect(await w.approve(w.writer)).toMatchObject(refused(words));
    expect(await w.holder()).toBe('v1');
    expect(await w.approve(w.ann)).toMatchObject({ state: 'approved', decidedBy: w.ann.name });
    expect(await w.holder()).toBe('v2');
  });

  it('stays the writer of a rule after another caller edits the section', async () => {
    const w = await world();
    const other = { ...rule, name: 'other', alias: 'canary' };
    await w.ann.api('PUT', `/v1/models/${w.model}/policy`, { label: [rule, other] });
    expect(await w.approve(w.writer)).toMatchObject(refused(`${w.writer.name} wrote the rule best`));
    expect(await w.approve(w.ann)).toMatchObject(refused(`${w.ann.name} wrote the rule best`));
    expect(await w.approve(w.bob)).toMatchObject({ state: 'approved' });
  });

  it('may not approve an own version, or a version with own metric values', async () => {
    const w = await world(2);
    const metrics = [{ key: 'mAP', value: 99 }];
    const logged = await w.ann.api('POST', `/v1/versions/${(await w.proposal()).versionId}/metrics`, {
      metrics,
    });
    expect(logged.status).toBe(200);
    expect(await w.approve(w.ann)).toMatchObject(
      refused(`${w.ann.name} created or changed the version v2 or its checkpoint (metrics logged)`),
    );
    const grant = `/v1/namespaces/${w.namespace}/grants/${w.trainer.name}`;
    await callers.ok('PUT', grant, { role: 'maintainer' });
    expect(await w.approve(w.trainer)).toMatchObject(
      refused('created or changed the version v2 or its checkpoint (created)'),
    );
  });
});

describe('two approvals', () => {
  it('of different people move the alias, and the proposal lists approvers and times', async () => {
    const w = await world(2);
    const first = await w.approve(w.ann, { reason: 'looks good' });
    expect(first).toMatchObject({
      state: 'open',
      approvalsNeeded: 2,
      approvals: [{ by: w.ann.name, reason: 'looks good', at: expect.any(String) }],
    });
    expect((await w.approve(w.ann)).approvals).toHaveLength(1);
    expect(await w.holder()).toBe('v1');
    const second = await w.approve(w.bob);
    expect(second).toMatchObject({ state: 'approved', decidedBy: w.bob.name });
    expect(second.approvals.map(({ by }: any) => by)).toEqual([w.ann.name, w.bob.name]);
    expect(await w.holder()).toBe('v2');
  });

  it('with two tokens of one person, or tokens that one person created, count as one', async () => {
    const w = await world(2);
    await w.approve(w.ann);
    const { token } = (await w.ann.api('POST', '/v1/tokens', { name: 'another' })).body;
    expect((await w.approve({ api: withToken(server, token) })).approvals).toHaveLength(1);
    const carol = await callers.token({ principal: 'user:carol', administrator: true });
    const made = async (principal: string) =>
      withToken(server, (await carol.api('POST', '/v1/tokens', { name: 't', principal })).body.token);
    const dave = await made(w.bob.name);
    expect(await w.approve({ api: dave })).toMatchObject({ state: 'approved' });
    expect(await w.holder()).toBe('v2');
    const again = await world(3);
    await again.approve(carol);
    const grant = `/v1/namespaces/${again.namespace}/grants/${w.bob.name}`;
    await callers.ok('PUT', grant, { role: 'maintainer' });
    expect(await again.approve({ api: dave })).toMatchObject(
      refused('has already approved this proposal, and both count as one person'),
    );
  });

  it('do not count if the approver lost the rights or the token is revoked', async () => {
    const w = await world(2);
    await w.approve(w.ann);
    await callers.ok('DELETE', `/v1/namespaces/${w.namespace}/grants/${w.ann.name}`);
    expect(await w.approve(w.bob)).toMatchObject({ state: 'open', approvals: [{ by: w.bob.name }] });
    await callers.ok('DELETE', `/v1/tokens/${w.bob.id}`);
    const third = await callers.user({ [w.namespace]: 'maintainer' });
    expect(await w.approve(third)).toMatchObject({ state: 'open', approvals: [{ by: third.name }] });
    expect(await w.holder()).toBe('v1');
  });

  it('expire with new facts about the version', async () => {
    const w = await world(2);
    await w.approve(w.ann);
    const { versionId } = await w.proposal();
    const metrics = [{ key: 'mAP', value: 0.3 }];
    await w.trainer.api('POST', `/v1/versions/${versionId}/metrics`, { metrics });
    expect((await w.proposal()).approvals).toEqual([]);
    expect(await w.approve(w.bob)).toMatchObject({ state: 'open', approvals: [{ by: w.bob.name }] });
    expect(await w.approve(w.ann)).toMatchObject({ state: 'approved' });
  });

  it('must satisfy a stricter protection too', async () => {
    const w = await world(2);
    const named = { by: 'principals', principals: [w.bob.name, w.ann.name] };
    await callers.ok('PUT', `/v1/models/${w.model}/protected-aliases/prod`, named);
    const third = await callers.user({ [w.namespace]: 'maintainer' });
    expect(await w.approve(third)).toMatchObject(refused('protected by the model yolo'));
    await w.approve(w.ann);
    await callers.ok('PUT', `/v1/models/${w.model}/protected-aliases/prod`, {
      ...named,
      principals: [w.bob.name],
    });
    expect(await w.approve(w.bob)).toMatchObject({ state: 'open', approvals: [{ by: w.bob.name }] });
  });
});

it('returns 422 for approvals without `proposal`, or for several approvals on an open server', async () => {
  const w = await world();
  const path = `/v1/models/${w.model}/protected-aliases/prod`;
  for (const body of [
    { by: 'rule', approvals: 2 },
    { by: 'proposal', approvals: 0 },
    { by: 'proposal', approvals: 17 },
  ]) {
    const answer = await callers.admin('PUT', path, body);
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([422, '/approvals']);
  }
  const open = await startTestServer();
  const { ok, modelWith, decideAll: decideAllOpen } = policyTests(() => open);
  const model = await modelWith({ label: [{ ...rule, alias: 'champion' }] });
  const answer = await open.api('PUT', `${model.url}/protected-aliases/champion`, {
    by: 'proposal',
    approvals: 2,
  });
  expect(answer.body.errors[0].message).toContain('must be 1 on an open server');
  await ok('PUT', `${model.url}/protected-aliases/champion`, { by: 'proposal' });
  await ok('POST', `${model.url}/versions`, { version: 'v1', files: [], metrics: { mAP: 1 } });
  await decideAllOpen();
  const [proposal] = (await ok('GET', `${model.url}/proposals`)).items;
  expect(await ok('POST', `/v1/proposals/${proposal.id}/approve`)).toMatchObject({
    state: 'approved',
    approvals: [{ by: 'local' }],
  });
  await open.stop();
});
