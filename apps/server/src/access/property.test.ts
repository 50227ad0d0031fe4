import { createHash } from 'node:crypto';
import { PERMISSIONS } from '@modelbox/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  isAtOrBelow,
  NAIVE_PERMISSIONS,
  type NaiveGrant,
  type NaiveToken,
  naivelyMay,
  naiveStatus,
} from '../../testing/naive-access.ts';
import { freshName } from '../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Caller, type Callers, callersOf } from '../../testing/tokens.ts';

/*
 * Random namespaces with objects of every kind, references between them, random grants and random tokens. Each caller
 * must list, get, resolve, download and walk exactly what the naive rules allow. A failure prints the seed;
 * `fc.assert(…, { seed, path })` repeats it.
 */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const PATHS = ['a', 'a/b', 'a/b/c', 'a/bc', 'ab', 'ab/c', 'b'];
const PRINCIPALS = ['user:u1', 'user:u2', 'service:s', 'group:g'];
const some = <T>(items: readonly T[], minLength: number, maxLength: number) =>
  fc.subarray([...items], { minLength, maxLength });

const worlds = fc.record({
  paths: some(PATHS, 4, 6),
  grants: fc.array(
    fc.record({
      principal: fc.constantFrom(...PRINCIPALS),
      namespace: fc.constantFrom(...PATHS),
      role: fc.constantFrom('viewer', 'contributor', 'maintainer', 'admin'),
    }),
    { minLength: 4, maxLength: 9 },
  ),
  tokens: fc.array(
    fc.record({
      // Groups have no tokens, and grants of groups do not apply to the token of a user.
      principal: fc.constantFrom('user:u1', 'user:u2', 'service:s', 'user:nobody'),
      administrator: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      namespaces: fc.option(some(PATHS, 1, 2), { freq: 1 }),
      permissions: fc.option(some(NAIVE_PERMISSIONS, 6, NAIVE_PERMISSIONS.length), { freq: 1 }),
    }),
    { minLength: 7, maxLength: 7 },
  ),
  /** For each namespace: the sources of its objects, and its content. */
  from: fc.array(fc.nat(), { minLength: PATHS.length, maxLength: PATHS.length }),
  content: fc.array(fc.nat(2), { minLength: PATHS.length, maxLength: PATHS.length }),
});
/** A caller who sees the last area but not the sources of its version, and the same caller with a narrowed token. */
const SOLO = [null, ['model.read']].map((permissions) => ({
  principal: 'user:solo',
  administrator: false,
  namespaces: null,
  permissions,
}));
type Shape = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** Sees only versions, but everywhere: so every world contains a refusal of a visible object. */
const HALF_BLIND: Shape['tokens'][number] = {
  principal: 'user:nobody',
  administrator: true,
  namespaces: null,
  permissions: ['namespace.read', 'model.read', 'version.read'],
};

interface Area {
  namespace: string;
  model: string;
  deleted: string;
  version: string;
  experiment: string;
  checkpoint: string;
  dataset: string;
  sha256: string;
  content: string;
  from: Area;
}

interface World {
  prefix: string;
  areas: Area[];
  /** Includes the ancestors, which were created with the areas. */
  namespaces: string[];
  grants: NaiveGrant[];
}

async function build({ paths, grants, from, content }: Shape): Promise<World> {
  const { ok } = callers;
  const prefix = `${freshName('w')}-`;
  const areas: Area[] = [];
  for (const [index, path] of paths.entries()) {
    const namespace = prefix + path;
    const model = (await ok('POST', '/v1/models', { namespace, name: 'm' })).id;
    const deleted = (await ok('POST', '/v1/models', { namespace, name: 'gone' })).id;
    await ok('DELETE', `/v1/models/${deleted}`);
    const dataset = (await ok('POST', '/v1/datasets', { namespace, name: 'val', digest: prefix })).id;
    const experiment = (await ok('POST', '/v1/experiments', { namespace, name: 'run' })).id;
    const checkpoints = `/v1/experiments/${experiment}/checkpoints`;
    const checkpoint = (await ok('POST', checkpoints, { epoch: 1, status: 'ready' })).id;
    const text = `${prefix}${content[index]}`;
    const area = { namespace, model, deleted, version: '', experiment, checkpoint, dataset, content: text };
    const sha256 = createHash('sha256').update(text).digest('hex');
    areas.push({ ...area, sha256, from: undefined as never });
  }
  for (const [index, area] of areas.entries()) {
    // Only earlier areas, so that versions can be sources of versions. The first area is its own source.
    area.from = areas[(from[index] ?? 0) % Math.max(1, index)] as Area;
    const isFirst = area.from === area;
    const body = {
      version: 'v1',
      datasets: [`${area.from.namespace}/val`],
      source: {
        checkpoint: area.from.checkpoint,
        experiment: area.from.experiment,
        ...(isFirst ? {} : { version: area.from.version }),
      },
    };
    area.version = (await ok('POST', `/v1/models/${area.model}/versions`, body)).id;
    await ok('PUT', `/v1/versions/${area.version}/files/w.bin`, Buffer.from(area.content));
    await ok('POST', `/v1/versions/${area.version}/finalize`);
    await ok('PUT', `/v1/models/${area.model}/aliases/prod`, { version: 'v1' });
  }
  const namespaces = [...new Set(areas.flatMap(({ namespace }) => above(namespace)))];
  const held = new Map<string, NaiveGrant>();
  const solo = { principal: 'user:solo', namespace: paths.at(-1) ?? '', role: 'viewer' };
  for (const { principal, namespace, role } of [...grants, solo]) {
    const grant = { principal: `${principal}-${prefix}`, namespace: prefix + namespace, role };
    await ok('PUT', `/v1/namespaces/${ref(grant.namespace)}/grants/${ref(grant.principal)}`, { role });
    for (const path of above(grant.namespace)) if (!namespaces.includes(path)) namespaces.push(path);
    held.set(`${grant.principal} ${grant.namespace}`, grant);
  }
  return { prefix, areas, namespaces, grants: [...held.values()] };
}

const above = (path: string): string[] =>
  path.split('/').map((_, index, steps) => steps.slice(0, index + 1).join('/'));

const seen = { 200: 0, 403: 0, 404: 0, redacted: 0, pages: 0 };

it('the naive rules list every permission', () => {
  expect([...NAIVE_PERMISSIONS].sort()).toEqual([...PERMISSIONS].sort());
});

it('each caller sees exactly what the naive rules allow', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (shape) => {
      const world = await build(shape);
      for (const each of [...shape.tokens, HALF_BLIND, ...SOLO]) {
        const token: NaiveToken = {
          ...each,
          principal: `${each.principal}-${world.prefix}`,
          namespaces: each.namespaces?.map((path) => world.prefix + path) ?? null,
        };
        await look(world, token, await callers.token(token));
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThanOrEqual(6);
}, 300_000);

async function look(world: World, token: NaiveToken, { api }: Caller): Promise<void> {
  const may = (permission: string, namespace: string) =>
    naivelyMay(token, world.grants, permission, namespace);
  const statusFor = (permission: string, namespace: string) =>
    naiveStatus(token, world.grants, permission, namespace);
  const who = JSON.stringify(token);

  const get = async (path: string, permission: string, namespace: string, gone = false) => {
    const answer = await api('GET', path);
    const expected = statusFor(permission, namespace);
    seen[expected] += 1;
    expect(answer.status, `${path} in ${namespace} for ${who}`).toBe(
      gone && expected === 200 ? 404 : expected,
    );
    return answer.status === 200 ? answer.body : undefined;
  };
  /** Reads all pages, and demands that only the last one has no cursor. */
  const pages = async (path: string): Promise<any[]> => {
    const items: any[] = [];
    for (let cursor = ''; ; ) {
      const { status, body } = await api('GET', `${path}&limit=2${cursor}`);
      expect(status, `${path} for ${who}`).toBe(200);
      items.push(...body.items);
      seen.pages += 1;
      if (body.nextCursor === null) break;
      expect(body.items).toHaveLength(2);
      cursor = `&cursor=${body.nextCursor}`;
    }
    // An administrator sees earlier worlds too.
    return items.filter((item) => (item.namespace ?? item.path).startsWith(world.prefix));
  };
  const idsOf = (items: any[]) => items.map(({ id }) => id).sort();
  const visible = (permission: string, key: 'model' | 'experiment' | 'dataset' | 'deleted', top?: string) =>
    world.areas
      .filter(({ namespace }) => may(permission, namespace) && (!top || isAtOrBelow(namespace, top)))
      .map((area) => area[key]);

  for (const area of world.areas) {
    const { namespace } = area;
    await get(`/v1/models/${area.model}`, 'model.read', namespace);
    await get(`/v1/models/${ref(`${namespace}/m`)}`, 'model.read', namespace);
    await get(`/v1/models/${area.deleted}`, 'model.read', namespace, true);
    await get(`/v1/models/${area.deleted}?includeDeleted=true`, 'model.read', namespace);
    await get(`/v1/experiments/${area.experiment}`, 'experiment.read', namespace);
    await get(`/v1/checkpoints/${area.checkpoint}`, 'checkpoint.read', namespace);
    await get(`/v1/datasets/${ref(`${namespace}/val`)}`, 'dataset.read', namespace);
    await get(`/v1/versions/${area.version}/archive`, 'file.read', namespace);
    await get(`/v1/models/${area.model}/aliases/prod`, 'version.read', namespace);
    await get(`/v1/models/${area.model}/policy`, 'policy.read', namespace);
    await get(`/v1/versions/${area.version}/metrics`, 'metric.read', namespace);
    const download = await get(`/v1/versions/${area.version}/files/w.bin`, 'file.read', namespace);
    if (download !== undefined) expect(download).toBe(area.content);
    const versions = await get(`/v1/models/${area.model}/versions`, 'version.read', namespace);
    const resolved = await get(`/v1/resolve?ref=${ref(`${namespace}/m@prod`)}`, 'version.read', namespace);
    for (const version of [versions?.items[0], resolved?.version]) demandMade(area, version);
    demandLineage(area, await get(`/v1/versions/${area.version}/lineage`, 'version.read', namespace));
    const listed = await get(`/v1/models?namespace=${ref(namespace)}`, 'model.read', namespace);
    if (listed) expect(idsOf(listed.items)).toEqual([area.model]);
  }
  for (const namespace of world.namespaces) {
    await get(`/v1/namespaces/${ref(namespace)}`, 'namespace.read', namespace);
    await get(`/v1/namespaces/${ref(namespace)}/grants`, 'grant.read', namespace);
    const under = await get(`/v1/namespaces?under=${ref(namespace)}`, 'namespace.read', namespace);
    if (under)
      expect(under.items.map(({ path }: any) => path).sort()).toEqual(
        world.namespaces.filter((path) => path.startsWith(`${namespace}/`)).sort(),
      );
    const models = `/v1/models?recursive=true&namespace=${ref(namespace)}`;
    const below = await get(models, 'model.read', namespace);
    if (below) expect(idsOf(below.items)).toEqual(visible('model.read', 'model', namespace).sort());
  }

  const all = visible('model.read', 'model');
  expect(idsOf(await pages('/v1/models?orderBy=name'))).toEqual(all.sort());
  expect(idsOf(await pages(`/v1/models?filter=${ref("name = 'm'")}`))).toEqual(all.sort());
  expect(idsOf(await pages('/v1/models?includeDeleted=true'))).toEqual(
    [...all, ...visible('model.read', 'deleted')].sort(),
  );
  expect(idsOf(await pages('/v1/experiments?'.concat('orderBy=createdAt')))).toEqual(
    visible('experiment.read', 'experiment').sort(),
  );
  expect(idsOf(await pages('/v1/datasets?orderBy=name'))).toEqual(visible('dataset.read', 'dataset').sort());
  const spaces = await pages('/v1/namespaces?orderBy=path');
  expect(spaces.map(({ path }) => path).sort()).toEqual(
    world.namespaces.filter((path) => may('namespace.read', path)).sort(),
  );
  await demandContents();

  /** A version shows each source that the caller may see in the namespace of the source. */
  function demandMade({ namespace, from }: Area, version: any): void {
    if (version === undefined) return;
    const shows = (permission: string) => may(permission, from.namespace);
    const source = {
      ...(shows('checkpoint.read') ? { checkpoint: from.checkpoint } : {}),
      ...(shows('experiment.read') ? { experiment: `${from.namespace}/run` } : {}),
      ...(shows('version.read') && from.namespace !== namespace ? { version: `${from.namespace}/m:v1` } : {}),
    };
    if (Object.keys(source).length === 0) seen.redacted += 1;
    expect(version.source, who).toEqual(Object.keys(source).length === 0 ? null : source);
    const [dataset] = version.datasets;
    expect([dataset.id, dataset.digest], who).toEqual(
      shows('dataset.read') ? [from.dataset, world.prefix] : [null, null],
    );
  }

  /** Walks the lineage naively: from version to visible version, with the objects at each. */
  function demandLineage(start: Area, lineage: any): void {
    if (lineage === undefined) return;
    const ids = new Set<string>();
    const walk = (area: Area): void => {
      if (ids.has(area.version) || !may('version.read', area.namespace)) return;
      ids.add(area.version);
      const { from } = area;
      if (may('checkpoint.read', from.namespace)) ids.add(from.checkpoint);
      if (may('experiment.read', from.namespace)) ids.add(from.experiment);
      if (may('dataset.read', from.namespace)) ids.add(from.dataset);
      walk(from);
      for (const other of world.areas) if (other.from === area) walk(other);
    };
    walk(start);
    expect(lineage.nodes.map(({ id }: any) => id).sort(), who).toEqual([...ids].sort());
    for (const { from, to } of lineage.edges) expect(ids.has(from) && ids.has(to)).toBe(true);
    expect(lineage.truncated).toBe(false);
  }

  /** Attaches content by hash to a model of the caller: only content that the caller may read somewhere. */
  async function demandContents(): Promise<void> {
    const into = world.areas.find(({ namespace }) => may('file.write', namespace));
    if (into === undefined) return;
    for (const { sha256 } of world.areas) {
      const isReadable = world.areas.some(
        (area) => area.sha256 === sha256 && may('file.read', area.namespace),
      );
      const path = `/v1/models/${into.model}/files`;
      const answer = await api('POST', `${path}/attach`, { files: [{ path: 'x.bin', sha256 }] });
      expect(answer.status, who).toBe(isReadable ? 200 : 404);
      // Removes the file, so that the next caller finds the same world.
      if (isReadable) await callers.ok('DELETE', `${path}/x.bin`);
    }
  }
}
