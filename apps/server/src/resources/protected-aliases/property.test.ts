import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { allowRules, policyTests } from '../../../testing/policies.ts';
import { ciSeed } from '../../../testing/seeds.ts';
import { tally } from '../../../testing/tally.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, type Person, withToken } from '../../../testing/tokens.ts';
import { retainDue } from '../../workers/retention.ts';

/*
 * A maintainer makes random calls, with the own token and with tokens that the maintainer creates. Then the workers do
 * all due work. No alias that is protected against maintainers moves, on any model below the namespace. A failure
 * prints the seed; `fc.assert(…, { seed, path })` repeats it.
 */

const HOUR = 3_600_000;

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
}, 300_000);
afterAll(() => server?.stop());

const { decideAll } = policyTests(() => server);

const PROTECTIONS = {
  ruled: { by: 'rule' },
  proposed: { by: 'proposal' },
  twice: { by: 'proposal', approvals: 2 },
  roled: { by: 'role', role: 'admin' },
} as const;
type Alias = keyof typeof PROTECTIONS;
const ALIASES = Object.keys(PROTECTIONS) as Alias[];

/** The admin allows this rule. With the values of the admin, it moves nothing. */
const ALLOWED = { name: 'ruled', alias: 'ruled', metric: 'mAP', direction: 'max' } as const;
/** Both propose `v2`: one approval is too few for `twice`, and a maintainer may not approve for `roled`. */
const PROPOSING = (['twice', 'roled'] as const).map(
  (alias) => ({ name: alias, alias, metric: 'speed', direction: 'max' }) as const,
);
const VERSIONS = [
  { mAP: 0.5, speed: 1 },
  { mAP: 0.4, speed: 2 },
  { mAP: 0.3, speed: 0.5 },
];

const ruleFor = (alias: Alias) =>
  fc.record(
    {
      name: fc.constantFrom<string>(alias, `other-${alias}`),
      alias: fc.constant(alias),
      metric: fc.constantFrom('mAP', 'speed'),
      direction: fc.constantFrom('max', 'min'),
      dataset: fc.constant('val'),
      mode: fc.constantFrom('auto', 'propose'),
      than: fc.constantFrom('holder', 'any', 0.1),
      filter: fc.constantFrom("'good' IN tags", 'metrics.mAP > 0.1'),
    },
    { requiredKeys: ['name', 'alias', 'metric', 'direction'] },
  );
const labels = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant(ALLOWED) }, fc.option(ruleFor('ruled'))),
    ...ALIASES.slice(1).map((alias) => fc.option(ruleFor(alias))),
  )
  .map((rules) => rules.filter((rule) => rule !== null));
const documents = fc.record(
  {
    label: labels,
    evaluate: fc.constantFrom([], [{ dataset: 'val' }]),
    promote: fc.constant([{ metric: 'mAP', direction: 'max', version: '{experiment}' }]),
    retain: fc.record({
      versions: fc.record({
        keep: fc.constantFrom([{ latest: 1 }], [{ best: 1, metric: 'mAP', direction: 'max' }]),
        remove: fc.constantFrom('object', 'files'),
        grace: fc.constant('P1D'),
      }),
    }),
  },
  { requiredKeys: ['label'] },
);

/** Calls of the maintainer. Some send several requests; each returns the answer to the last one. */
const CALLS = {
  policy: ({ by, place, document }) => by('PUT', `${place}/policy`, document),
  'put alias': ({ by, model, alias, version }) =>
    by('PUT', `/v1/models/${model}/aliases/${alias}`, { version }),
  'delete alias': ({ by, model, alias }) => by('DELETE', `/v1/models/${model}/aliases/${alias}`),
  rollback: ({ by, model, alias }) => by('POST', `/v1/models/${model}/aliases/${alias}/rollback`),
  log: ({ by, version, point }) => by('POST', `/v1/versions/${version}/metrics`, { metrics: [point] }),
  tag: ({ by, version, value }) => by('PATCH', `/v1/versions/${version}`, { tags: ['good', `is-${value}`] }),
  'delete version': ({ by, version }) => by('DELETE', `/v1/versions/${version}`),
  'restore version': ({ by, version }) => by('POST', `/v1/versions/${version}/restore`),
  'delete model': ({ by, model }) => by('DELETE', `/v1/models/${model}`),
  'restore model': ({ by, model }) => by('POST', `/v1/models/${model}/restore`),
  'rename model': ({ by, model, alias }) => by('PATCH', `/v1/models/${model}`, { name: alias }),
  'new version': async ({ by, world, model, point, alias, isGiven }) => {
    const aliases = isGiven ? [alias] : [];
    const body = { version: nextName(), files: [], metrics: { [point.key]: point.value }, aliases };
    return noted(world.versions, await by('POST', `/v1/models/${model}/versions`, body));
  },
  'pending version': async ({ by, world, model, point, alias, isGiven }) => {
    const body = { version: nextName(), metrics: [point], aliases: isGiven ? [alias] : [] };
    const made = noted(world.versions, await by('POST', `/v1/models/${model}/versions`, body));
    return made.status === 201 ? by('POST', `/v1/versions/${made.body.id}/finalize`) : made;
  },
  promote: async ({ by, world, model, point, alias, isGiven }) => {
    const run = await by('POST', '/v1/experiments', { namespace: world.below, name: nextName() });
    const body = { epoch: 1, status: 'ready', metrics: [point] };
    const { body: checkpoint } = await by('POST', `/v1/experiments/${run.body.id}/checkpoints`, body);
    await by('PATCH', `/v1/experiments/${run.body.id}`, { status: 'finished' });
    const promotion = { model, version: nextName(), aliases: isGiven ? [alias] : [] };
    return noted(world.versions, await by('POST', `/v1/checkpoints/${checkpoint.id}/promote`, promotion));
  },
  'new model': async ({ by, world, document }) => {
    const made = noted(
      world.models,
      await by('POST', '/v1/models', { namespace: world.below, name: nextName() }),
    );
    return made.status === 201 ? by('PUT', `/v1/models/${made.body.id}/policy`, document) : made;
  },
  dataset: ({ by, world, value }) =>
    by('PATCH', `/v1/datasets/${ref(`${world.below}/val`)}`, { digest: `d${value}` }),
  approve: ({ by, proposal }) => by('POST', `/v1/proposals/${proposal}/approve`),
  reject: ({ by, proposal }) => by('POST', `/v1/proposals/${proposal}/reject`),
  mint: async ({ by, world, at }) => {
    const kinds = [{}, { permissions: ['proposal.decide', 'proposal.read', 'model.read'] }];
    const others = [{ principal: world.admin.name }, { principal: 'user:other' }, { administrator: true }];
    const made = await by('POST', '/v1/tokens', {
      name: 'minted',
      ...[...kinds, ...others][at % (kinds.length + others.length)],
    });
    if (made.status === 201) world.callers.push(withToken(server, made.body.token));
    return made;
  },
  protect: ({ by, place, alias }) => by('PUT', `${place}/protected-aliases/${alias}`, { by: 'rule' }),
  unprotect: ({ by, world, alias }) => by('DELETE', `${world.protections}/${alias}`),
  allow: async ({ by, world, at }) => {
    const { items } = await callers.ok('GET', `${world.protections}/ruled/rules`);
    const { policy, digest } = items[at % items.length] ?? {
      policy: { id: world.model },
      digest: 'a'.repeat(64),
    };
    return by('PUT', `${world.protections}/ruled/rules/${policy.id}`, { digest: digest ?? 'a'.repeat(64) });
  },
  grant: ({ by, world }) =>
    by('PUT', `/v1/namespaces/${ref(world.above)}/grants/${ref(world.maintainer.name)}`, { role: 'admin' }),
} satisfies Record<string, (call: Call) => ReturnType<Caller['api']>>;
type CallName = keyof typeof CALLS;

/** A step with resolved indices. */
interface Call {
  readonly world: World;
  readonly by: Caller['api'];
  readonly at: number;
  readonly model: string;
  readonly version: string;
  readonly proposal: string;
  readonly alias: Alias;
  /** The path of a model or namespace. */
  readonly place: string;
  readonly document: object;
  readonly point: { key: string; value: number; dataset?: string | undefined };
  readonly value: number;
  readonly isGiven: boolean;
}

const steps = fc.record({
  do: fc.oneof(
    // Calls that rules react to.
    { weight: 1, arbitrary: fc.constantFrom<CallName>('policy', 'log', 'new version', 'promote', 'approve') },
    { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(CALLS) as CallName[])) },
  ),
  by: fc.nat(5),
  at: fc.nat(9),
  alias: fc.constantFrom(...ALIASES),
  place: fc.nat(2),
  document: documents,
  key: fc.constantFrom('mAP', 'speed'),
  value: fc.constantFrom(-99, 0, 99),
  isOnDataset: fc.boolean(),
  isGiven: fc.boolean(),
});
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;
const sequences = fc.array(fc.array(steps, { minLength: 3, maxLength: 10 }), { minLength: 2, maxLength: 4 });

interface World {
  readonly above: string;
  readonly below: string;
  readonly model: string;
  readonly protections: string;
  readonly maintainer: Person;
  readonly admin: Person;
  /** The tokens of the maintainer. */
  readonly callers: Caller['api'][];
  readonly models: string[];
  readonly versions: string[];
}

let names = 0;
const nextName = (): string => `n${names++}`;

const { count, demandAll } = tally();

/** Keeps the ids of created objects for later steps. */
function noted<T extends { status: number; body: any }>(ids: string[], answer: T): T {
  if (answer.status === 201) ids.push(answer.body.id);
  return answer;
}

/** `v1` has every alias before each is protected on the namespace above. The admin made all versions and rules. */
async function newWorld(): Promise<World> {
  const above = freshName('ai');
  const below = `${above}/vision`;
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace: below, name: 'yolo' });
  for (const namespace of [above, below])
    await callers.ok('POST', '/v1/datasets', { namespace, name: 'val', digest: 'd1' });
  const maintainer = await callers.user({ [above]: 'maintainer' });
  const admin = await callers.user({ [above]: 'admin' });
  const must = async (method: string, path: string, body: object) => {
    const answer = await admin.api(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  };
  const versions: string[] = [];
  for (const [index, metrics] of VERSIONS.entries()) {
    const body = { version: `v${index + 1}`, files: [], metrics };
    versions.push((await must('POST', `/v1/models/${model}/versions`, body)).id);
  }
  const protections = `/v1/namespaces/${ref(above)}/protected-aliases`;
  for (const alias of ALIASES) {
    await must('PUT', `/v1/models/${model}/aliases/${alias}`, { version: 'v1' });
    await must('PUT', `${protections}/${alias}`, PROTECTIONS[alias]);
  }
  await must('PUT', `/v1/models/${model}/policy`, { label: [ALLOWED, ...PROPOSING] });
  await allowRules(admin.api, `${protections}/ruled`);
  await decideAll();
  const lists = { callers: [maintainer.api], models: [model], versions };
  return { above, below, model, protections, maintainer, admin, ...lists };
}

async function play(world: World, step: Step): Promise<void> {
  const pick = <T>(items: readonly T[], index: number): T => items[index % items.length] as T;
  const { above, below, model } = world;
  const places = [`models/${model}`, `namespaces/${ref(below)}`, `namespaces/${ref(above)}`];
  const { rows: proposals } = await server.db.requests.query(
    `SELECT id FROM proposals WHERE model_id = ANY ($1::uuid[]) AND state = 'open' ORDER BY alias`,
    [world.models],
  );
  const { status, body } = await CALLS[step.do]({
    world,
    by: pick(world.callers, step.by),
    at: step.at,
    // Most calls concern the model with the protected aliases.
    model: step.at < 6 ? model : pick(world.models, step.at),
    version: pick(world.versions, step.at),
    proposal: pick(proposals, step.at)?.id ?? model,
    alias: step.alias,
    place: `/v1/${places[step.place]}`,
    document: step.document,
    point: { key: step.key, value: step.value, ...(step.isOnDataset ? { dataset: 'val' } : {}) },
    value: step.value,
    isGiven: step.isGiven,
  });
  expect(status, `${JSON.stringify(step)}: ${JSON.stringify(body)}`).toBeLessThan(500);
  count(`${step.do} ${status}`);
}

/** Lets every policy worker do its due work. */
async function work(): Promise<void> {
  server.advance(2 * HOUR);
  await server.db.requests.query('DELETE FROM retention_runs');
  await decideAll();
  await retainDue(server.ctx);
  await decideAll();
}

/** Requires that only the admin moved aliases, and that `v1` still has every alias. */
async function demandUnmoved({ above, model }: World): Promise<void> {
  const { rows } = await server.db.requests.query(
    `SELECT a.alias, a.cause, a.model_id AS model FROM alias_moves a JOIN models m ON m.id = a.model_id
     JOIN namespaces n ON n.id = m.namespace_id
     WHERE (n.path = $1 OR starts_with(n.path, $1 || '/')) AND a.alias = ANY ($2::text[]) ORDER BY a.id`,
    [above, ALIASES],
  );
  expect(rows).toEqual(ALIASES.map((alias) => ({ alias, cause: 'set', model })));
  for (const alias of ALIASES)
    expect((await callers.ok('GET', `/v1/models/${model}/aliases/${alias}`)).version, alias).toBe('v1');
}

const plain = {
  ...{ by: 0, at: 1, alias: 'ruled', place: 0, document: { label: [ALLOWED] } },
  ...{ key: 'mAP', value: 99, isOnDataset: false, isGiven: false },
} as const;
const step = (name: CallName, fields: Partial<Step> = {}): Step =>
  ({ ...plain, ...fields, do: name }) as Step;
const own = [{ name: 'mine', alias: 'proposed', metric: 'speed', direction: 'max' }] as const;
/** Each call once in its working form, and approvals of one person with several tokens. */
const example: [Step[][]] = [
  [
    [
      step('mint', { at: 0 }),
      step('mint', { at: 2 }),
      ...[0, 1].flatMap((at) => [0, 1].map((by) => step('approve', { at, by }))),
      ...(Object.keys(CALLS) as CallName[]).map((name) => step(name, { at: 2 })),
      step('put alias', { isGiven: true }),
      step('new version', { isGiven: true }),
      step('promote', { isGiven: true }),
    ],
    [step('policy', { document: { label: [ALLOWED, ...own] } }), step('log', { at: 1 })],
    [0, 1].map((by) => step('approve', { at: 0, by })),
    // With the values of the admin, this rule would move the alias.
    [step('policy', { document: { label: [{ ...ALLOWED, direction: 'min' }] } })],
  ],
];

it('never moves an alias that is protected against maintainers by calls of a maintainer', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (rounds) => {
      const world = await newWorld();
      for (const round of rounds) {
        for (const each of round) await play(world, each);
        await work();
        await demandUnmoved(world);
      }
      const { rows } = await server.db.requests.query(
        `SELECT DISTINCT c->>'clause' AS clause FROM decisions d, jsonb_array_elements(d.clauses) AS c
         WHERE d.model_id = ANY ($1::uuid[]) AND c->>'clause' IN ('trusted', 'consent')`,
        [world.models],
      );
      for (const { clause } of rows) count(`clause ${clause}`);
    }),
    { ...ciSeed, numRuns: 12, endOnFailure: true, examples: [example] },
  );
  demandAll([
    'policy 200',
    'log 200',
    'put alias 403',
    'delete alias 403',
    'delete version 204',
    'restore version 200',
    'delete model 403',
    'rename model 422',
    'new version 201',
    'new version 403',
    'pending version 200',
    'promote 201',
    'promote 403',
    'new model 200',
    'dataset 200',
    'approve 200',
    'approve 403',
    'mint 201',
    'mint 403',
    'protect 403',
    'unprotect 403',
    'allow 403',
    'grant 403',
    'clause trusted',
    'clause consent',
  ]);
}, 600_000);
