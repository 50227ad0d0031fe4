import { isDeepStrictEqual } from 'node:util';
import { sqlOn } from '@modelbox/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type NewDecision, storeDecisions } from './decisions.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
const { ok, decideAll, modelWith, newVersion, holder } = policyTests(() => server);

describe('a repeated decision', () => {
  test('increments a counter, and explanations use the first one', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    const { id } = await newVersion(model, 'v2', [onVal(0.4)]);
    await decideAll();
    const decisions = async () => (await ok('GET', `/v1/versions/${id}/decisions`)).items;
    const [first] = await decisions();
    expect(first).toMatchObject({ outcome: 'no', repeats: 0, lastAt: first.at });
    for (let step = 1; step <= 3; step++) {
      server.advance(60_000);
      await ok('POST', `/v1/versions/${id}/metrics`, { metrics: [{ key: 'loss', value: step, step }] });
      await decideAll();
    }
    const [again, ...others] = await decisions();
    expect(others).toEqual([]);
    expect(again).toEqual({ ...first, repeats: 3, lastAt: expect.any(String) });
    expect(Date.parse(again.lastAt) - Date.parse(again.at)).toBeGreaterThanOrEqual(180_000);
    const why = await ok('GET', `${model.url}/aliases/champion/explain?version=v2`);
    expect(why.lastDecision).toEqual(again);

    // Another value, another edit of the policy and another holder are separate decisions.
    await ok('POST', `/v1/versions/${id}/metrics`, { metrics: [{ ...onVal(0.45), step: 1 }] });
    await decideAll();
    await ok('PUT', `${model.url}/policy`, { label: [{ ...champion, minAge: 'PT1S' }] });
    server.advance(60_000);
    await ok('PATCH', `/v1/versions/${id}`, { description: 'looked at' });
    await decideAll();
    await newVersion(model, 'v3', [onVal(0.9)]);
    server.advance(60_000);
    await decideAll();
    expect(await holder(model)).toBe('v3');
    await ok('PATCH', `/v1/versions/${id}`, { description: 'looked at again' });
    await decideAll();
    const rows = await decisions();
    expect(rows.map(({ outcome }: any) => outcome)).toEqual(['no', 'no', 'no', 'no']);
    expect(new Set(rows.map(({ words, policy }: any) => `${words} ${policy.edit}`)).size).toBe(4);
  });

  test('is stored each time if it acts', async () => {
    const model = await modelWith({ label: [champion] });
    await newVersion(model, 'v1', [onVal(0.5)]);
    await newVersion(model, 'v2', [onVal(0.6)]);
    await decideAll();
    for (let round = 0; round < 2; round++) {
      await ok('PUT', `${model.url}/aliases/champion`, { version: 'v1' });
      await decideAll();
      const [step, value] = [round + 1, 0.6];
      await ok('POST', `${model.url}/versions`, { version: `note-${round}`, files: [] });
      const { id } = await ok('GET', `/v1/versions/${encodeURIComponent(`${model.ref}:v2`)}`);
      await ok('POST', `/v1/versions/${id}/metrics`, { metrics: [{ ...onVal(value), step }] });
      await decideAll();
      expect(await holder(model)).toBe('v2');
    }
    const moved = (await ok('GET', `${model.url}/decisions?version=v2&outcome=moved`)).items;
    expect(moved).toHaveLength(3);
    expect(moved.every(({ repeats }: any) => repeats === 0)).toBe(true);
  });
});

test('loses no change of a verdict: the rows are the decisions with counted repetitions', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const pick = <T>(...from: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return from[(state >> 8) % from.length] as T;
  };
  const modelId = '00000000-0000-4000-8000-000000000001';
  const subjects = ['00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003'];
  const taken = Array.from({ length: 400 }, (_, index): NewDecision => {
    const holds = pick(true, false);
    return {
      kind: 'label',
      rule: pick('one', 'two'),
      modelId: pick(modelId, modelId, null),
      namespaceId: null,
      subject: { kind: 'version', id: pick(...subjects), name: 'v1' },
      outcome: pick('no', 'no', 'no', 'holds', 'moved', 'refused'),
      words: pick('it is worse', 'it is worse', 'it is too young'),
      clauses: [{ clause: 'better', holds, words: `${holds}`, inputs: { value: pick(1, 1, 1, 1.5) } }],
      inputs: { value: 1 },
      cause: { change: index },
      policy: { kind: 'model', id: modelId, edit: pick(1, 1, 1, 2), name: 'ns/m' },
      at: new Date(Date.UTC(2026, 0, 1) + index * 1000),
    };
  });
  const keyOf = ({ rule, modelId: model, subject }: NewDecision) => `${rule} ${model} ${subject.id}`;
  const reasonsOf = ({ outcome, words, clauses, inputs, policy }: NewDecision) => [
    outcome,
    words,
    clauses,
    inputs,
    policy?.edit,
  ];
  const expected: { first: NewDecision; last: NewDecision; repeats: number }[] = [];
  for (const decision of taken) {
    const previous = expected.findLast(({ first }) => keyOf(first) === keyOf(decision));
    const isRepeated =
      previous !== undefined &&
      decision.outcome !== 'moved' &&
      isDeepStrictEqual(reasonsOf(previous.first), reasonsOf(decision));
    if (isRepeated) Object.assign(previous, { last: decision, repeats: previous.repeats + 1 });
    else expected.push({ first: decision, last: decision, repeats: 0 });
  }
  for (let at = 0; at < taken.length; ) {
    const size = pick(1, 2, 7);
    await storeDecisions(sqlOn(server.db.requests), taken.slice(at, at + size));
    at += size;
  }
  const { rows } = await server.db.requests.query(
    `SELECT (cause->>'change')::int AS change, repeats, coalesce(last_at, at) AS last FROM decisions
     WHERE subject_id = ANY ($1) ORDER BY id`,
    [subjects],
  );
  expect(rows, `SEED=${seed}`).toEqual(
    expected.map(({ first, last, repeats }) => ({
      change: (first.cause as { change: number }).change,
      repeats,
      last: last.at,
    })),
  );
  expect(expected.length).toBeLessThan(taken.length);
});
