import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  isAtOrBelow,
  NAIVE_PERMISSIONS,
  type NaiveGrant,
  naivelyMay,
  naiveStatus,
} from '../../testing/naive-access.ts';
import {
  isBounded,
  lineOf,
  mint,
  type NaiveNode,
  type NaiveSettings,
  revoke,
  works,
} from '../../testing/naive-tokens.ts';
import { freshName } from '../../testing/objects.ts';
import { ciSeed } from '../../testing/seeds.ts';
import { tally } from '../../testing/tally.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, setRole, withToken } from '../../testing/tokens.ts';
import type { Settings } from '../protocol/settings.ts';

/*
 * Random sequences of token operations on servers with different settings over one database, as during a restart with
 * new settings. Each answer, and the final rights of each token on each server, must match the naive rules. A failure
 * prints the seed; `fc.assert(…, { seed, path })` repeats it.
 */

const HOUR = 3_600_000;
/** Uses are recorded to the minute, and time passes in whole hours, so no comparison is close. */
const HALF = HOUR / 2;
const IDLE = 10 * HOUR + HALF;

const SETTINGS: readonly Partial<Settings>[] = [
  { tokenIdleExpiry: IDLE },
  { tokenIdleExpiry: IDLE, tokenMaxLifetime: 5 * HOUR + HALF },
  { tokenIdleExpiry: IDLE, mintByTokens: false },
];

interface Instance {
  readonly server: TestServer;
  readonly settings: NaiveSettings;
}
let instances: Instance[];
let first: TestServer;
let callers: Callers;
beforeAll(async () => {
  instances = [];
  for (const settings of SETTINGS) {
    const server = await startTestServer({ auth: 'tokens', ...settings }, undefined, instances[0]?.server);
    const { mintByTokens = true, tokenMaxLifetime, tokenIdleExpiry } = settings;
    const lengthOf = (length: number | 'none' | undefined) =>
      typeof length === 'number' ? length : Number.POSITIVE_INFINITY;
    const naive = {
      mintByTokens,
      maxLifetime: lengthOf(tokenMaxLifetime),
      idleExpiry: lengthOf(tokenIdleExpiry),
    };
    instances.push({ server, settings: naive });
  }
  first = (instances[0] as Instance).server;
  callers = await callersOf(first);
}, 300_000);
afterAll(async () => {
  for (const { server } of instances.toReversed()) await server.stop();
});

const AREAS = ['a', 'a/b', 'a/b/c', 'b'];
const PRINCIPALS = ['user:p1', 'user:p2'];
const NARROWED_TO = ['namespace.read', 'model.read', 'model.create', 'grant.read'];
const some = (items: readonly string[]) => fc.option(fc.subarray([...items], { minLength: 1 }), { freq: 2 });

const steps = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('mint' as const),
      at: fc.nat(),
      by: fc.nat(),
      principal: fc.option(fc.constantFrom(...PRINCIPALS), { nil: undefined }),
      administrator: fc.boolean(),
      // Most tokens are not narrowed, because a narrowed token creates none.
      namespaces: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, some(AREAS)),
      permissions: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, some(NARROWED_TO)),
      networks: fc.option(fc.constant(['127.0.0.0/8', '::1']), { freq: 1 }),
      hours: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('mint badly' as const),
      at: fc.nat(),
      by: fc.nat(),
      fields: fc.constantFrom<object>(
        { namespaces: [] },
        { permissions: [] },
        { permissions: ['everything'] },
        { networks: ['everywhere'] },
        { expiresAt: '2001-01-01T00:00:00Z' },
        { expiresAt: 'never' },
        { parentId: null },
        { createdBy: 'modelbox' },
        { principal: 'modelbox' },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), by: fc.nat(), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const), at: fc.nat(), by: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('use' as const), at: fc.nat(), by: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('grant' as const),
      principal: fc.constantFrom(...PRINCIPALS),
      namespace: fc.constantFrom(...AREAS),
      role: fc.option(fc.constantFrom('viewer', 'contributor', 'maintainer', 'admin')),
    }),
  },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const rounds = fc.array(
  fc.record({
    steps: fc.array(steps, { minLength: 4, maxLength: 14 }),
    hours: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 2, maxLength: 4 },
);

interface Node extends NaiveNode {
  readonly id: string;
  readonly secret: string;
}

interface World {
  /** Keeps the owners and namespaces of this run apart from those of others. */
  readonly prefix: string;
  readonly nodes: Node[];
  readonly grants: NaiveGrant[];
}

const { count, demandAll } = tally();
const now = (): number => first.ctx.now().getTime();
const instanceAt = (at: number): Instance => instances[at % instances.length] as Instance;

function nodeOf(body: any, parent: Node | undefined): Node {
  const { id, token, principal, administrator, namespaces, permissions, networks } = body;
  return {
    ...{ id, principal, administrator, namespaces, permissions, networks, parent, secret: token },
    end: body.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(body.expiresAt),
    usedAt: Date.parse(body.createdAt),
    isRevoked: false,
  };
}

/** Sends a request with a token; it counts as a use of a token that works. */
function ask(node: Node, { server, settings }: Instance, method: string, path: string, body?: unknown) {
  if (works(node, settings, now())) node.usedAt = now();
  return withToken(server, node.secret)(method, path, body);
}

async function mintOne(world: World, by: Node, instance: Instance, step: Extract<Step, { do: 'mint' }>) {
  const { prefix, nodes } = world;
  const { administrator, permissions, networks, hours } = step;
  const fields = {
    principal: step.principal && step.principal + prefix,
    administrator,
    namespaces: step.namespaces?.map((path) => prefix + path) ?? null,
    permissions,
    networks,
  };
  const end = hours === undefined ? undefined : now() + hours * HOUR + HALF / 2;
  const expected = mint(by, { ...fields, end }, instance.settings, now());
  const expiresAt = end === undefined ? undefined : new Date(end).toISOString();
  const { status, body } = await ask(by, instance, 'POST', '/v1/tokens', {
    name: 'step',
    ...fields,
    expiresAt,
  });
  count(`mint ${expected.status}`);
  // Another server may cache the caller for a second longer. It creates no token for a revoked one.
  if (by.isRevoked) expect([401, 403]).toContain(status);
  else expect(status, JSON.stringify([step, body])).toBe(expected.status);
  if (status !== 201) return undefined;
  const made = nodeOf(body, by);
  expect(body.parentId).toBe(by.id);
  expect(body).toMatchObject({ administrator, permissions, networks, namespaces: fields.namespaces });
  if (expected.end === Number.POSITIVE_INFINITY) expect(made.end).toBe(expected.end);
  else expect(Math.abs(made.end - expected.end)).toBeLessThan(HALF / 2);
  expect(made.end).toBeLessThanOrEqual(by.end);
  nodes.push(made);
  return made;
}

async function revokeOne({ nodes }: World, by: Node, of: Node): Promise<void> {
  const instance = instanceAt(0);
  const expected = revoke(by, of, instance.settings, now());
  count(`revoke ${expected}`);
  const { status } = await ask(by, instance, 'DELETE', `/v1/tokens/${of.id}`);
  expect(status).toBe(expected);
  if (status === 204) for (const each of nodes) if (lineOf(each).includes(of)) each.isRevoked = true;
}

function grant({ prefix, grants }: World, step: Extract<Step, { do: 'grant' }>): Promise<void> {
  const of = { principal: step.principal + prefix, namespace: prefix + step.namespace };
  return setRole(callers, grants, of, step.role);
}

async function play(world: World, step: Step): Promise<unknown> {
  if (step.do === 'grant') return grant(world, step);
  const { nodes } = world;
  const by = nodes[step.by % nodes.length] as Node;
  switch (step.do) {
    case 'mint':
      return mintOne(world, by, instanceAt(step.at), step);
    case 'mint badly': {
      const { status } = await ask(by, instanceAt(step.at), 'POST', '/v1/tokens', {
        name: 'x',
        ...step.fields,
      });
      return expect([401, 403, 422], JSON.stringify(step)).toContain(status);
    }
    case 'revoke':
      return revokeOne(world, by, nodes[step.of % nodes.length] as Node);
    case 'rotate': {
      // The API has no such operation: a client creates a token and revokes the one that created it.
      const plain = { principal: undefined, administrator: false, hours: undefined };
      const unbound = { namespaces: null, permissions: null, networks: null };
      await mintOne(world, by, instanceAt(step.at), { ...step, do: 'mint', ...plain, ...unbound });
      return revokeOne(world, by, by);
    }
    case 'use': {
      const instance = instanceAt(step.at);
      const isWorking = works(by, instance.settings, now());
      const { status } = await ask(by, instance, 'GET', '/v1/whoami');
      // Another server may cache a revoked token for a second longer.
      if (!by.isRevoked) expect(status).toBe(isWorking ? 200 : 401);
    }
  }
}

/**
 * Waits until every server has recorded the uses so far: a use recorded after the clock moved would count as later. A
 * server records uses in order, so the last token used is recorded last.
 */
async function noteUses(): Promise<void> {
  const last = await Promise.all(
    instances.map(async ({ server }) => {
      const { id, secret } = await callers.token({ principal: 'user:last' });
      expect((await withToken(server, secret)('GET', '/v1/whoami')).status).toBe(200);
      return id;
    }),
  );
  const isNoted = async () => {
    const { items } = await callers.ok('GET', '/v1/tokens?principal=user:last&limit=10');
    return last.every((id) => items.find((item: any) => item.id === id).lastUsedAt !== null);
  };
  await expect.poll(isNoted, { timeout: 30_000, interval: 200 }).toBe(true);
}

/** Returns the statuses and rights that a server gives to a token; undefined if the server does not know it. */
async function rightsOf({ prefix }: World, node: Node, instance: Instance) {
  const { status, body } = await ask(node, instance, 'GET', '/v1/whoami');
  expect([200, 401]).toContain(status);
  if (status === 401) return undefined;
  const held = Object.entries<string[]>(body.namespaces);
  const may = (permission: string, namespace: string) =>
    body.administrator ||
    held.some(([top, all]) => (top === '' || isAtOrBelow(namespace, top)) && all.includes(permission));
  const reads = [];
  for (const area of AREAS)
    reads.push((await ask(node, instance, 'GET', `/v1/namespaces/${ref(prefix + area)}`)).status);
  return { rights: table(prefix, may), reads };
}

const table = (prefix: string, may: (permission: string, namespace: string) => boolean): string[] =>
  AREAS.flatMap((area) =>
    NAIVE_PERMISSIONS.filter((permission) => may(permission, prefix + area)).map(
      (permission) => `${area} ${permission}`,
    ),
  );

async function demandRights(world: World): Promise<void> {
  const { prefix, nodes, grants } = world;
  for (const node of nodes) {
    const namespaces = AREAS.map((area) => prefix + area);
    expect(isBounded(node, grants, NAIVE_PERMISSIONS, namespaces), 'the naive rules').toBe(true);
    for (const instance of instances) {
      const isWorking = works(node, instance.settings, now());
      count(isWorking ? 'works' : 'does not work');
      const expected = isWorking
        ? {
            rights: table(prefix, (permission, namespace) => naivelyMay(node, grants, permission, namespace)),
            reads: namespaces.map((namespace) => naiveStatus(node, grants, 'namespace.read', namespace)),
          }
        : undefined;
      const found = () => rightsOf(world, node, instance);
      const who = JSON.stringify({ ...node, parent: undefined, secret: undefined });
      if (instance.server === first) expect(await found(), who).toEqual(expected);
      else await expect.poll(found, { timeout: 10_000, message: who }).toEqual(expected);
    }
  }
}

it('no token outlives or exceeds its ancestors, and each answer matches the naive rules', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (sequence) => {
      const world: World = { prefix: `${freshName('w')}-`, nodes: [], grants: [] };
      for (const path of AREAS)
        await callers.ok('POST', '/v1/models', {
          namespace: world.prefix + path,
          name: 'makes-the-namespace',
        });
      const roots = [
        { principal: 'user:p1' },
        { principal: 'user:p1', expiresAt: new Date(now() + 8 * HOUR + HALF).toISOString() },
        { principal: 'user:p2', administrator: true },
        { principal: 'user:p2', permissions: ['namespace.read', 'grant.read'] },
      ];
      for (const fields of roots) {
        const body = { name: 'root', ...fields, principal: fields.principal + world.prefix };
        world.nodes.push(nodeOf(await callers.ok('POST', '/v1/tokens', body), undefined));
      }
      for (const [index, { steps, hours }] of sequence.entries()) {
        for (const step of steps) await play(world, step);
        if (index === sequence.length - 1) break;
        await noteUses();
        for (const { server } of instances) server.advance(hours * HOUR);
      }
      await demandRights(world);
    }),
    { ...ciSeed, numRuns: 10, endOnFailure: true },
  );
  demandAll(['mint 201', 'mint 401', 'mint 403', 'mint 422', 'revoke 204', 'works', 'does not work']);
}, 600_000);
