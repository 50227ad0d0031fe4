import type { LabelRule, PolicyDocument } from '@modelbox/domain';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { ciSeed } from '../../../testing/seeds.ts';
import { tally } from '../../../testing/tally.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { candidates } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { judge } from './label.ts';
import { ownContext, type ReadSession, trustOf } from './session.ts';
import { readOnly } from './snapshot.ts';

/*
 * The clauses of a label rule exist as pure code, which decides, and as SQL, which preselects versions. With random
 * rules and versions, the SQL never leaves out a version that the pure code would label.
 * A failure prints the seed; `fc.assert(…, { seed, path })` shows it again.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const { ok } = policyTests(() => server);

const HOUR = 3_600_000;
const KEYS = ['acc', 'loss'];
const DATASETS = ['plain', 'digested', 'changed'];
/** The last dataset does not exist: a rule may name it before it is created. */
const NAMES = [...DATASETS, 'missing'];

const value = fc.oneof(
  fc.constantFrom(0, -0, 0.5, 0.5000000000000001, 0.55, 1, -1, 10, 1e300, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);
const point = fc.record({
  key: fc.constantFrom(...KEYS),
  value,
  dataset: fc.option(fc.constantFrom(...DATASETS), { nil: null }),
  step: fc.constantFrom(0, 1, 2),
});
const version = fc.record({
  before: fc.array(point, { minLength: 2, maxLength: 6 }),
  /** Logged after the digest of a dataset has changed. */
  after: fc.array(point, { maxLength: 5 }),
  tags: fc.subarray(['good', 'old']),
  files: fc.subarray([
    { uri: 's3://bucket/m.onnx', role: 'model' },
    { uri: 's3://bucket/report.txt', role: 'other' },
  ]),
  metadata: fc.constantFrom({}, { k: 1 }, { k: 'a' }, { k: null }),
  state: fc.constantFrom('ready', 'ready', 'ready', 'pending', 'deleted'),
  hours: fc.constantFrom(0, 1, 30),
});
type Version = typeof version extends fc.Arbitrary<infer V> ? V : never;

const amount = fc.oneof(
  fc.constantFrom(0, 0.05, 1).map((abs) => ({ abs })),
  fc.constantFrom(0, 0.1, 0.5).map((rel) => ({ rel })),
);
const measured = {
  metric: fc.constantFrom(...KEYS),
  dataset: fc.constantFrom(undefined, undefined, ...NAMES),
  direction: fc.constantFrom<'max' | 'min'>('max', 'min'),
};
/** Mostly undefined: a rule of many clauses passes too seldom. */
const optional = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });
const rule: fc.Arbitrary<LabelRule> = fc
  .record({
    ...measured,
    isTag: fc.boolean(),
    than: fc.oneof(
      fc.constantFrom<'holder' | 'any' | undefined>(undefined, 'holder', 'any'),
      fc.constantFrom(0, 0.5, -1),
    ),
    margin: optional(amount),
    notWorse: optional(fc.array(fc.record({ ...measured, tolerance: optional(amount) }), { maxLength: 2 })),
    filter: optional(
      fc.constantFrom(
        'metrics.acc > 0.5',
        'NOT metrics.loss >= 0',
        'metadata.k = 1',
        "'old' IN tags",
        "version != 'v1'",
        "evaluations.plain.acc <= 1 OR metadata.k = 'a'",
      ),
    ),
    files: optional(
      fc.subarray<{ role: 'model' | 'other' } | { path: string }>([
        { role: 'model' },
        { path: 'report.txt' },
        { role: 'other' },
        { path: 'none' },
      ]),
    ),
    evaluated: optional(fc.boolean()),
    minAge: optional(fc.constantFrom('PT1H', 'PT24H')),
  })
  .map(({ isTag, than, ...rest }) => ({
    name: 'rule',
    ...rest,
    // A tag has no holder: its rule compares with a bound.
    ...(isTag ? { tag: 'good', than: typeof than === 'number' ? than : 0 } : { alias: 'champion', than }),
  }));
const cases = fc.record({
  versions: fc.array(version, { minLength: 3, maxLength: 6 }),
  rules: fc.array(fc.tuple(rule, fc.subarray(NAMES, { maxLength: 1 })), { minLength: 20, maxLength: 20 }),
});

/** Creates the versions in a new namespace, and returns the id of the model and those of the versions. */
async function build(versions: readonly Version[]): Promise<{ model: string; ids: string[] }> {
  const namespace = freshName('ns');
  for (const name of DATASETS)
    await ok('POST', '/v1/datasets', { namespace, name, ...(name === 'plain' ? {} : { digest: 'd1' }) });
  const { id: model } = await ok('POST', '/v1/models', { namespace, name: 'm' });
  const ids: string[] = [];
  for (const [index, { before, tags, files, metadata, state, hours }] of versions.entries()) {
    const status = state === 'pending' ? { status: 'pending' } : {};
    const fields = { version: `v${index}`, metrics: before, tags, files, metadata, ...status };
    ids.push((await ok('POST', `/v1/models/${model}/versions`, fields)).id);
    server.advance(hours * HOUR);
  }
  await ok('PATCH', `/v1/datasets/${encodeURIComponent(`${namespace}/changed`)}`, { digest: 'd2' });
  for (const [index, { after, state }] of versions.entries()) {
    if (after.length > 0) await ok('POST', `/v1/versions/${ids[index]}/metrics`, { metrics: after });
    if (state === 'deleted') await ok('DELETE', `/v1/versions/${ids[index]}`);
  }
  return { model, ids };
}

const CLAUSES = ['notWorse', 'filter', 'files', 'minAge', 'tag', 'dataset', 'margin'] as const;
const { count, demandAll } = tally();

/** Compares the candidates of a rule with the versions that pass it. */
async function compare(
  session: ReadSession,
  rule: LabelRule,
  ids: readonly string[],
  holderId: string | null,
): Promise<void> {
  const holder =
    holderId && (await versionFacts(session.sql, [holderId], trustOf(session, rule))).get(holderId);
  const found = new Set(await Array.fromAsync(candidates(session, rule, holder || null)));
  const passing: string[] = [];
  for (const id of ids) {
    const judged = await judge(session, rule, id, holderId);
    const hasTag = rule.tag !== undefined && judged?.candidate.object.tags?.includes(rule.tag);
    if (judged?.verdict.passes && id !== holderId && !hasTag) passing.push(id);
  }
  const missed = passing.filter((id) => !found.has(id));
  // A rule for the best of all versions asks only for the best candidate: no other one can pass.
  expect(missed, JSON.stringify({ rule, holderId, found: [...found], passing })).toEqual([]);
  count(passing.length > 0 ? 'a version passes' : 'no version passes');
  for (const clause of CLAUSES)
    if (passing.length > 0 && rule[clause] !== undefined) count(`passes with ${clause}`);
  if (passing.length > 0 && holderId !== null) count('passes against a holder');
}

it('the SQL of a label rule never leaves out a version that passes the rule', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ versions, rules }) => {
      const { model, ids } = await build(versions);
      const ctx = ownContext(server.ctx);
      const live = ids.filter((_, index) => versions[index]?.state === 'ready');
      for (const [rule, evaluate] of rules) {
        const draft: PolicyDocument = {
          label: [rule],
          evaluate: evaluate.map((dataset) => ({ dataset })),
        };
        const look = async (session: ReadSession | undefined) => {
          if (session === undefined) throw new Error('the model is gone');
          const holders = rule.alias === undefined ? [null] : [null, ...live.slice(0, 1)];
          for (const holderId of holders) await compare(session, rule, ids, holderId);
        };
        await readOnly(ctx, model, look, draft);
      }
    }),
    { numRuns: 10, ...ciSeed },
  );
  demandAll([
    ...['a version passes', 'no version passes', 'passes against a holder'],
    ...CLAUSES.map((clause) => `passes with ${clause}`),
  ]);
}, 120_000);
