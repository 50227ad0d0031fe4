import { PERMISSIONS, type Permission, type Route, routeList } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../testing/objects.ts';
import { champion, onVal, policyTests } from '../testing/policies.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { callersOf } from '../testing/tokens.ts';

/* Every route that there is, or will be, by what it declares. */

let server: TestServer;
let callers: Awaited<ReturnType<typeof callersOf>>;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const guarded = routeList.filter((route) => !route.public);

/** Objects of every kind in a namespace of their own; gives what stands for the parameters of paths. */
async function world(route: Route): Promise<{ namespace: string; values: Record<string, string> }> {
  const { ok } = callers;
  const namespace = freshName('ns');
  const model = await ok('POST', '/v1/models', { namespace, name: 'm' });
  const dataset = await ok('POST', '/v1/datasets', { namespace, name: 'val' });
  const body = { version: 'v1', files: [], metrics: [onVal(1)], aliases: ['prod'] };
  const version = await ok('POST', `/v1/models/${model.id}/versions`, body);
  const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
  const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, status: 'ready' });
  const values: Record<string, string> = {
    namespace,
    model: model.id,
    version: version.id,
    experiment: run.id,
    checkpoint: checkpoint.id,
    dataset: dataset.id,
    alias: 'prod',
    'path*': 'a.bin',
    part: '1',
    principal: 'user:somebody',
  };
  if (route.path.includes('{upload}'))
    values['upload'] = (await ok('POST', '/v1/uploads', { model: model.id, path: 'u', sizeBytes: 1 })).id;
  if (route.path.includes('{token}'))
    values['token'] = (await ok('POST', '/v1/tokens', { name: 't', principal: 'user:x' })).id;
  if (route.path.includes('{proposal}')) {
    await ok('PUT', `/v1/models/${model.id}/policy`, { label: [{ ...champion, mode: 'propose' }] });
    await policyTests(() => server).settle();
    values['proposal'] = (await ok('GET', `/v1/models/${model.id}/proposals`)).items[0].id;
  }
  return { namespace, values };
}

const urlOf = (route: Route, values: Record<string, string>): string => {
  const path = route.path.replace(/\{([^}]*)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? 'x'),
  );
  const named = Object.values(route.touches).flatMap(({ at, kind }) =>
    at.startsWith('query.') ? [`${at.slice(6)}=${encodeURIComponent(values[kind] ?? 'x')}`] : [],
  );
  // One of several, where only one may be given.
  const query = route.id === 'uploads.list' ? named.slice(0, 1) : named;
  return query.length > 0 && route.method === 'GET' ? `${path}?${query.join('&')}` : path;
};

const bodyOf = (route: Route): unknown =>
  route.body === undefined ? undefined : route.body === 'bytes' ? Buffer.from('x') : {};

const send = (
  route: Route,
  api: (method: string, path: string, body?: unknown) => Promise<any>,
  url: string,
) => api(route.method, url, bodyOf(route));

describe.each(guarded.map((route) => [route.id, route] as const))('%s', (_, route) => {
  it('401: anonymous, or with a token that is none', async () => {
    const { values } = await world(route);
    for (const headers of [{}, { authorization: 'Bearer mb_nonsense' }, { authorization: 'Basic eDp5' }]) {
      const answer = await server.api(route.method, urlOf(route, values), bodyOf(route), headers);
      expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  const touched = Object.values(route.touches).filter(({ at }) => /^(?:params|query)\./.test(at));
  if (touched.length === 0) return;

  it('404: in a foreign namespace', async () => {
    const { values } = await world(route);
    const stranger = await callers.user({ [freshName('elsewhere')]: 'admin' });
    const answer = await send(route, stranger.api, urlOf(route, values));
    expect(answer.status, JSON.stringify(answer.body)).toBe(404);
  });

  it('403 or 404: with every permission but one that it declares; passes with all', async () => {
    for (const declared of touched) {
      const { namespace, values } = await world(route);
      const needed = new Set<Permission>([
        declared.permission,
        ...(declared.create ? [declared.create] : []),
      ]);
      const lacking = await callers.holder(
        namespace,
        PERMISSIONS.filter((permission) => !needed.has(permission)),
      );
      // What only some requests touch is not touched by this one.
      if (declared.when === undefined) {
        const refused = await send(route, lacking.api, urlOf(route, values));
        expect([403, 404], `${declared.permission}: ${JSON.stringify(refused.body)}`).toContain(
          refused.status,
        );
      }
      const whole = await callers.holder(namespace, PERMISSIONS);
      const answer = await send(route, whole.api, urlOf(route, values));
      expect([401, 403], JSON.stringify(answer.body)).not.toContain(answer.status);
      // What is not there in this small world, such as a file, is told as that.
      if (answer.status === 404) expect(answer.body.errors ?? []).toEqual([]);
    }
  });
});
