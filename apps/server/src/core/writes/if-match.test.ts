import { type Route, routeList, takesIfMatch } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changesOf,
  freshName,
  newCheckpoint,
  newExperiment,
  newModel,
  newVersion,
} from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Target {
  /** Path of the object with the ETag. */
  readonly path: string;
  readonly id: string;
}

const MAKE: Record<string, () => Promise<Target>> = {
  namespaces: async () => {
    const { id, namespace } = await newModel(server, { namespace: freshName('n') });
    await server.db.requests.query('DELETE FROM models WHERE id = $1', [id]);
    const path = `/v1/namespaces/${namespace}`;
    return { path, id: (await server.api('GET', path)).body.id };
  },
  models: async () => targetOf('models', await newModel(server)),
  versions: async () => targetOf('versions', await newVersion(server)),
  experiments: async () => targetOf('experiments', await newExperiment(server)),
  checkpoints: async () => targetOf('checkpoints', await newCheckpoint(server)),
  datasets: async () => {
    const made = await server.api('POST', '/v1/datasets', { namespace: 'n', name: freshName('d') });
    return targetOf('datasets', made.body);
  },
};
const targetOf = (kinds: string, { id }: { id: string }): Target => ({ path: `/v1/${kinds}/${id}`, id });

/** Policies have an ETag before they are set, and protections include their rules. Both have their own tests. */
const writesTo = routeList.filter(
  (route) => takesIfMatch(route) && !/\.policy\.set$|\.protectedAliases\./.test(route.id),
);

const kindsOf = (route: Route): string => route.path.split('/')[2] as string;
const BODIES: Record<string, object> = { PATCH: { metadata: { a: 1 } } };
const bodyOf = (route: Route) =>
  route.path.endsWith('/metadata') ? { a: 1 } : (BODIES[route.method] ?? undefined);

describe.each(writesTo.map((route) => [route.id, route] as const))('%s', (_, route) => {
  const act = (target: Target, ifMatch: string) => {
    const path = target.path + route.path.replace(/^\/v1\/[a-z]+\/\{[a-z]+\}/, '');
    return server.api(route.method, path, bodyOf(route), { 'if-match': ifMatch });
  };

  const fresh = () => (MAKE[kindsOf(route)] as () => Promise<Target>)();

  it('returns 412 for a stale or weak ETag and 422 for a malformed one, and succeeds with the right one', async () => {
    const target = await fresh();
    const { body, headers } = await server.api('GET', target.path);
    expect(headers.get('etag')).toBe('"1"');
    for (const wrong of ['"2"', 'W/"1"', '"1 "']) {
      const stale = await act(target, wrong);
      expect([wrong, stale.status, stale.body.code]).toEqual([wrong, 412, 'stale']);
    }
    for (const malformed of ['1', '"1', ''])
      expect((await act(target, malformed)).status, malformed).toBe(422);
    expect((await server.api('GET', target.path)).body).toEqual(body);
    expect(await changesOf(server, target.id)).toHaveLength(1);
    const done = await act(target, '"1"');
    expect(done.status).toBe(Object.keys(route.answers).map(Number)[0]);
    if (done.status === 200) expect(done.headers.get('etag')).toMatch(/^"\d+"$/);
  });

  it('succeeds with the right ETag in a list, and with *', async () => {
    for (const right of ['"7", "1"', '*']) expect((await act(await fresh(), right)).status).toBeLessThan(300);
  });
});

it('accepts If-Match on every write to an existing object, but not on creates', () => {
  expect(new Set(writesTo.map((route) => route.id))).toEqual(
    new Set([
      ...['namespaces.update', 'namespaces.delete', 'datasets.update'],
      ...['model', 'version', 'experiment', 'checkpoint'].flatMap((kind) =>
        ['update', 'delete', 'restore', 'metadata.update'].map((verb) => `${kind}s.${verb}`),
      ),
      ...['versions.finalize', 'checkpoints.finalize'],
    ]),
  );
});

describe('an ETag', () => {
  it('lets one of several concurrent changes of the same state succeed', async () => {
    const { id } = await newModel(server);
    const answers = await atOnce(10, (i) =>
      server.api('PATCH', `/v1/models/${id}`, { owner: `o${i}` }, { 'if-match': '"1"' }),
    );
    expect(statusesOf(answers)).toEqual([200, ...times(9, 412)]);
    expect(await changesOf(server, id)).toHaveLength(2);
  });

  it('prevents lost updates if many writers read, change and retry', async () => {
    const { id } = await newModel(server, { metadata: { list: [] } });
    const path = `/v1/models/${id}`;
    await atOnce(6, async (i) => {
      for (;;) {
        const read = await server.api('GET', path);
        const list = [...read.body.metadata.list, i];
        const ifMatch = { 'if-match': read.headers.get('etag') as string };
        const { status } = await server.api('PATCH', path, { metadata: { list } }, ifMatch);
        if (status === 200) return;
        expect(status).toBe(412);
      }
    });
    const { body, headers } = await server.api('GET', path);
    expect([...body.metadata.list].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(headers.get('etag')).toBe('"7"');
  });

  it('increments with each change, and is the same in every answer with the object', async () => {
    const made = await newModel(server);
    const path = `/v1/models/${made.id}`;
    const etags: (string | null)[] = [];
    for (const [method, more, body] of [
      ['GET', ''],
      ['PATCH', '', { owner: 'a' }],
      ['PATCH', '', { owner: 'a' }],
      ['PATCH', '/metadata', { a: 1 }],
      ['GET', '/metadata'],
      ['DELETE', ''],
      ['POST', '/restore'],
      ['POST', '/restore'],
      ['GET', ''],
    ] as const)
      etags.push((await server.api(method, path + more, body)).headers.get('etag'));
    expect(etags).toEqual(['"1"', '"2"', '"2"', '"3"', '"3"', null, '"5"', '"5"', '"5"']);
    const again = await server.api('POST', '/v1/models', { namespace: made.namespace, name: made.name });
    expect(again.headers.get('etag')).toBe('"5"');
  });
});
