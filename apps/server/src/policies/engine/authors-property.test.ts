import type { Permission } from '@modelbox/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAtOrBelow, type NaiveGrant, type NaiveToken, naivelyMay } from '../../../testing/naive-access.ts';
import { freshName } from '../../../testing/objects.ts';
import { policyTests } from '../../../testing/policies.ts';
import { ciSeed } from '../../../testing/seeds.ts';
import { tally } from '../../../testing/tally.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, setRole } from '../../../testing/tokens.ts';
import { retainDue } from '../../workers/retention.ts';
import { abortStale } from '../retention/stale.ts';

/*
 * Random authors with random rights set random policies of every section on a model and the namespaces above it. They
 * lose and regain rights meanwhile. By naive access rules, the author of a section could do by hand everything that the
 * workers then do for it. A failure prints the seed; `fc.assert(…, { seed, path })` repeats it.
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

type Section = 'evaluate' | 'label' | 'promote' | 'retainVersions' | 'retainCheckpoints' | 'staleAfter';

/** Actions of the workers: the section that causes each, and the permissions that a caller needs for it by hand. */
const ACTS = {
  'moved an alias': { section: 'label', needs: ['alias.move'] },
  'added a tag': { section: 'label', needs: ['version.write'] },
  'created a version': { section: 'promote', needs: ['version.create', 'checkpoint.read', 'file.read'] },
  'removed a version': { section: 'retainVersions', needs: ['version.delete'] },
  'removed the files of a version': { section: 'retainVersions', needs: ['version.delete', 'file.write'] },
  'removed a checkpoint': { section: 'retainCheckpoints', needs: ['checkpoint.delete'] },
  'removed the files of a checkpoint': {
    section: 'retainCheckpoints',
    needs: ['checkpoint.delete', 'file.write'],
  },
  'ended an experiment': { section: 'staleAfter', needs: ['experiment.write'] },
} as const satisfies Record<string, { section: Section; needs: Permission[] }>;
type Act = keyof typeof ACTS;

const NEEDED: Permission[] = [...new Set(Object.values(ACTS).flatMap(({ needs }) => [...needs]))];
const BASE: Permission[] = ['policy.write', 'policy.read', 'dataset.read', 'model.read', 'namespace.read'];
const LABELS = [
  { name: 'best', alias: 'prod', metric: 'acc', direction: 'max' },
  { name: 'worst', alias: 'floor', metric: 'acc', direction: 'min' },
  { name: 'good', tag: 'good', metric: 'acc', direction: 'max', than: 0.1 },
] as const;

const PLACES = ['model', 'below', 'above'] as const;
type PlaceName = (typeof PLACES)[number];

const retaining = fc.record({
  keep: fc.constantFrom([{ latest: 1 }], [{ latest: 2 }], [{ best: 1, metric: 'acc', direction: 'max' }]),
  remove: fc.constantFrom('object', 'files'),
  grace: fc.constant('P1D'),
});
const documents = fc.record(
  {
    evaluate: fc.constant([]),
    label: fc.subarray([...LABELS]),
    promote: fc.subarray([{ metric: 'acc', direction: 'max', version: '{experiment}' }]),
    retain: fc.record({ versions: retaining, checkpoints: retaining }, { requiredKeys: [] }),
    staleAfter: fc.constant('PT1H'),
  },
  { requiredKeys: [] },
);

const authors = fc.oneof(
  fc.record({
    as: fc.constant('token' as const),
    at: fc.constantFrom('below' as const, 'above' as const),
    permissions: fc.subarray(NEEDED, { minLength: 5 }),
  }),
  fc.record({
    as: fc.constant('user' as const),
    at: fc.constantFrom('below' as const, 'above' as const),
    role: fc.constantFrom('maintainer', 'admin'),
  }),
);
const by = fc.nat(2);
const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      by,
      place: fc.constantFrom(...PLACES),
      document: documents,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      by,
      how: fc.constantFrom('revoke', 'expire', 'no grant', 'viewer', 'contributor'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('regain' as const), by }) },
);
const shapes = fc.record({
  authors: fc.tuple(authors, authors, authors),
  rounds: fc.array(fc.array(steps, { minLength: 2, maxLength: 5 }), { minLength: 2, maxLength: 3 }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;
type Step = Shape['rounds'][number][number];

interface Author {
  readonly caller: Caller;
  readonly token: NaiveToken;
  /** The namespace and role of a user. A token has its own rights. */
  readonly granted: { readonly namespace: string; readonly role: string } | undefined;
  isGone: boolean;
}

interface World {
  readonly above: string;
  readonly below: string;
  readonly model: string;
  readonly authors: Author[];
  readonly grants: NaiveGrant[];
  round: number;
}

const urlOf = ({ above, below, model }: World, place: PlaceName): string =>
  place === 'model'
    ? `/v1/models/${model}/policy`
    : `/v1/namespaces/${ref(place === 'below' ? below : above)}/policy`;
const namespaceOf = ({ above, below }: World, place: PlaceName): string =>
  place === 'above' ? above : below;

const may = ({ grants }: World, author: Author, permission: string, namespace: string): boolean =>
  !author.isGone && naivelyMay(author.token, grants, permission, namespace);

async function newAuthor(shape: Shape['authors'][number], at: string, grants: NaiveGrant[]): Promise<Author> {
  const principal = `user:${freshName('author')}`;
  const isUser = shape.as === 'user';
  const token: NaiveToken = {
    principal,
    administrator: !isUser,
    namespaces: isUser ? null : [at],
    permissions: isUser ? null : [...BASE, ...shape.permissions],
  };
  const caller = await callers.token(token);
  const granted = isUser ? { namespace: at, role: shape.role } : undefined;
  const author = { caller, token, granted, isGone: false };
  if (granted) await grant(grants, author, granted.role);
  return author;
}

/** Grants the user this role, or removes the grant. */
async function grant(grants: NaiveGrant[], { token, granted }: Author, role: string | null): Promise<void> {
  if (granted === undefined) return;
  const of = { principal: token.principal, namespace: granted.namespace };
  await setRole(callers, grants, of, role);
}

async function newWorld(shape: Shape): Promise<World> {
  const above = freshName('ns');
  const below = `${above}/below`;
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace: below, name: 'yolo' });
  const grants: NaiveGrant[] = [];
  const made: Author[] = [];
  for (const each of shape.authors)
    made.push(await newAuthor(each, each.at === 'below' ? below : above, grants));
  return { above, below, model, authors: made, grants, round: 0 };
}

/** Makes objects for the rules: ready versions, a finished run with checkpoints, and a silent run. */
async function newFacts(world: World): Promise<void> {
  const { below: namespace, model } = world;
  world.round += 1;
  /** Rules that remove files need stored files. */
  const store = async (kind: 'versions' | 'checkpoints', id: string) => {
    await callers.ok('PUT', `/v1/${kind}/${id}/files/m.bin`, Buffer.from('weights'));
    await callers.ok('POST', `/v1/${kind}/${id}/finalize`);
  };
  for (const n of [1, 2]) {
    // Each version is better than the previous ones by one metric and worse by the other, so that both aliases move.
    const acc = n === 1 ? world.round : -world.round;
    const body = { version: `v${world.round}.${n}`, metrics: { acc } };
    await store('versions', (await callers.ok('POST', `/v1/models/${model}/versions`, body)).id);
  }
  const run = await callers.ok('POST', '/v1/experiments', { namespace, name: `run-${world.round}` });
  for (const epoch of [1, 2]) {
    const body = { epoch, metrics: { acc: epoch } };
    const { id } = await callers.ok('POST', `/v1/experiments/${run.id}/checkpoints`, body);
    await store('checkpoints', id);
  }
  await callers.ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
  await callers.ok('POST', '/v1/experiments', { namespace, name: `silent-${world.round}` });
}

interface State {
  readonly versions: Map<string, any>;
  readonly aliases: Map<string, string>;
  readonly checkpoints: Map<string, any>;
  readonly running: Set<string>;
}

async function stateOf({ model, below }: World): Promise<State> {
  const { items: versions } = await callers.ok('GET', `/v1/models/${model}/versions?limit=1000`);
  const { items: runs } = await callers.ok('GET', `/v1/experiments?namespace=${ref(below)}&limit=1000`);
  const checkpoints = new Map<string, any>();
  for (const { id } of runs)
    for (const each of (await callers.ok('GET', `/v1/experiments/${id}/checkpoints`)).items)
      checkpoints.set(each.id, each);
  return {
    versions: new Map(versions.map((each: any) => [each.id, each])),
    aliases: new Map(versions.flatMap(({ id, aliases }: any) => aliases.map((name: string) => [name, id]))),
    checkpoints,
    running: new Set(runs.filter(({ status }: any) => status === 'running').map(({ id }: any) => id)),
  };
}

/** Returns the actions between two states. */
function actsBetween(before: State, after: State): Set<Act> {
  const acts = new Set<Act>();
  const removals = (old: Map<string, any>, now: Map<string, any>, removed: Act, removedFiles: Act) => {
    for (const [id, { filesRemovedAt }] of old) {
      if (!now.has(id)) acts.add(removed);
      else if (filesRemovedAt === null && now.get(id).filesRemovedAt !== null) acts.add(removedFiles);
    }
  };
  removals(before.versions, after.versions, 'removed a version', 'removed the files of a version');
  removals(
    before.checkpoints,
    after.checkpoints,
    'removed a checkpoint',
    'removed the files of a checkpoint',
  );
  for (const [id, { tags }] of after.versions) {
    const had: string[] = before.versions.get(id)?.tags ?? [];
    if (!before.versions.has(id)) acts.add('created a version');
    if (tags.some((tag: string) => !had.includes(tag))) acts.add('added a tag');
  }
  for (const name of ['prod', 'floor'])
    if (before.aliases.get(name) !== after.aliases.get(name)) acts.add('moved an alias');
  for (const id of before.running) if (!after.running.has(id)) acts.add('ended an experiment');
  return acts;
}

/** Lets every policy worker do its due work. */
async function work(): Promise<void> {
  server.advance(2 * HOUR);
  await server.db.requests.query('DELETE FROM retention_runs');
  await decideAll();
  await retainDue(server.ctx);
  while ((await abortStale(server.ctx)) > 0);
}

const sectionIn = (document: any, section: Section): unknown => {
  if (section === 'retainVersions') return document?.retain?.versions;
  if (section === 'retainCheckpoints') return document?.retain?.checkpoints;
  return document?.[section];
};

/** Returns the permissions that a caller needs to set a section to this value. */
function needsOf(section: Section, said: any): string[] {
  if (section === 'evaluate') return ['alias.move'];
  if (said === undefined || said.length === 0) return [];
  if (section === 'label')
    return said.map(({ alias }: any) => (alias === undefined ? 'version.write' : 'alias.move'));
  const files = said.remove === 'files' ? ['file.write'] : [];
  if (section === 'retainVersions') return ['version.delete', ...files];
  if (section === 'retainCheckpoints') return ['checkpoint.delete', ...files];
  return section === 'promote' ? [...ACTS['created a version'].needs] : ['experiment.write'];
}

const { count, demandAll } = tally();

/** The document of a place, and the callers who may be the author of each section. */
interface Said {
  readonly document: any;
  readonly setters: Partial<Record<Section, Author[]>>;
}

const SECTIONS: readonly Section[] = [
  'evaluate',
  'label',
  'promote',
  'retainVersions',
  'retainCheckpoints',
  'staleAfter',
];

async function set(world: World, said: Map<PlaceName, Said>, step: Extract<Step, { do: 'set' }>) {
  const author = world.authors[step.by] as Author;
  const { place, document } = step;
  const { status } = await author.caller.api('PUT', urlOf(world, place), document);
  count(`set ${status}`);
  expect([200, 401, 403, 404, 422]).toContain(status);
  if (status !== 200) return;
  const namespace = namespaceOf(world, place);
  expect(may(world, author, 'policy.write', namespace)).toBe(true);
  const before = said.get(place);
  const setters: Said['setters'] = {};
  for (const section of SECTIONS) {
    const now = sectionIn(document, section);
    const isChanged = JSON.stringify(sectionIn(before?.document, section)) !== JSON.stringify(now);
    if (isChanged)
      for (const need of needsOf(section, now))
        expect(may(world, author, need, namespace), `${section} ${need}`).toBe(true);
    if (now === undefined) continue;
    // A caller who sets the same section again becomes its author only if the section is suspended.
    setters[section] = isChanged ? [author] : [...(before?.setters[section] ?? []), author];
  }
  said.set(place, { document, setters });
}

async function play(world: World, said: Map<PlaceName, Said>, step: Step): Promise<void> {
  const author = world.authors[step.by] as Author;
  if (step.do === 'set') return set(world, said, step);
  if (step.do === 'regain') return grant(world.grants, author, author.granted?.role ?? null);
  if (step.how === 'revoke' || step.how === 'expire') {
    author.isGone = true;
    const expire = `UPDATE tokens SET expires_at = now() - interval '1 second' WHERE id = $1`;
    if (step.how === 'expire') await server.db.requests.query(expire, [author.caller.id]);
    else await callers.ok('DELETE', `/v1/tokens/${author.caller.id}`);
    // The server reads changes that were made beside it once a second.
    const status = async () => (await author.caller.api('GET', '/v1/whoami')).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(401);
  } else await grant(world.grants, author, step.how === 'no grant' ? null : step.how);
}

/** Returns the nearest owner whose policy has the section. */
const placeOf = (said: Map<PlaceName, Said>, section: Section): PlaceName | undefined =>
  PLACES.find((place) => {
    // Runs and checkpoints belong to no model, so only policies of namespaces apply to them.
    if (place === 'model' && (section === 'staleAfter' || section === 'retainCheckpoints')) return false;
    return sectionIn(said.get(place)?.document, section) !== undefined;
  });

async function demandRightful(world: World, said: Map<PlaceName, Said>, act: Act): Promise<void> {
  const { section, needs } = ACTS[act];
  const place = placeOf(said, section);
  expect(place, `${act} without a policy`).toBeDefined();
  if (place === undefined) return;
  const { sources } = await callers.ok('GET', urlOf(world, place));
  const author = world.authors.find(({ token }) => token.principal === sources[section].author);
  expect(said.get(place)?.setters[section], act).toContain(author);
  for (const need of needs)
    expect(author && may(world, author, need, world.below), `${act} needs ${need}`).toBe(true);
}

/** Every action at least once, an author who may not set a section, and an author who loses rights. */
const owner = { as: 'user', at: 'above', role: 'admin' } as const;
const reader = { as: 'token', at: 'above', permissions: [] as Permission[] } as const;
const promote = [{ metric: 'acc', direction: 'max', version: '{experiment}' }];
const latest = (remove: 'object' | 'files') => ({ keep: [{ latest: 1 }], remove, grace: 'P1D' });
const setting = (by: number, place: PlaceName, document: object): Step =>
  ({ do: 'set', by, place, document }) as Step;
const examples = (['object', 'files'] as const).map((remove): [Shape] => [
  {
    authors: [owner, reader, reader],
    rounds: [
      [
        setting(1, 'model', { label: [...LABELS] }),
        setting(0, 'model', { label: [...LABELS], promote, retain: { versions: latest(remove) } }),
        setting(0, 'below', { retain: { checkpoints: latest(remove) } }),
        setting(0, 'above', { staleAfter: 'PT1H' }),
      ],
      [{ do: 'regain', by: 0 }],
      [{ do: 'lose', by: 0, how: 'no grant' }],
    ],
  },
]);

it('never does more for a policy than its author could do by hand at that time', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const world = await newWorld(shape);
      expect(isAtOrBelow(world.below, world.above)).toBe(true);
      const said = new Map<PlaceName, Said>();
      for (const round of shape.rounds) {
        for (const step of round) await play(world, said, step);
        await newFacts(world);
        const before = await stateOf(world);
        await work();
        const acts = actsBetween(before, await stateOf(world));
        for (const act of acts) {
          count(act);
          await demandRightful(world, said, act);
        }
      }
      const { items } = await callers.ok('GET', `/v1/models/${world.model}/decisions?outcome=suspended`);
      if (items.length > 0) count('suspended');
    }),
    { ...ciSeed, numRuns: 12, endOnFailure: true, examples },
  );
  demandAll([...Object.keys(ACTS), 'set 200', 'set 403', 'suspended']);
}, 600_000);
