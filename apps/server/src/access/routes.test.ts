import { PERMISSIONS, type Permission, type Route, routeList } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, namesOfNothing, plainBody, sharedWorlds, urlOf } from '../../testing/access-world.ts';
import { freshName } from '../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';
import { wordsOf } from '../../testing/words.ts';

/* Checks every route against its declared permissions. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const nonPublic = routeList.filter((route) => !route.public);

const world = (route: Route) => makeWorld(server, callers, route);

const sharedWorld = sharedWorlds(
  () => server,
  () => callers,
);

const send = (
  route: Route,
  api: (method: string, path: string, body?: unknown) => Promise<any>,
  url: string,
) => api(route.method, url, plainBody(route));

describe.each(nonPublic.map((route) => [route.id, route] as const))('%s', (_, route) => {
  it('401: no token, or an invalid one', async () => {
    const { values } = await sharedWorld(route);
    for (const headers of [{}, { authorization: 'Bearer mb_nonsense' }, { authorization: 'Basic eDp5' }]) {
      const answer = await server.api(route.method, urlOf(route, values), plainBody(route), headers);
      expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  const touched = Object.values(route.touches).filter(({ at }) => /^(?:params|query)\./.test(at));
  if (touched.length === 0) return;

  it('404: an object of a hidden namespace gets the answer of a missing one', async () => {
    const { values } = await sharedWorld(route);
    const stranger = await callers.user({ [freshName('elsewhere')]: 'admin' });
    const told = async (named: typeof values) => {
      const answer = await send(route, stranger.api, urlOf(route, named));
      expect(answer.status, JSON.stringify(answer.body)).toBe(404);
      return wordsOf(answer, Object.values(named));
    };
    expect(await told(values)).toEqual(await told({ ...values, ...namesOfNothing() }));
  });

  it('403 or 404: one declared permission is missing; passes with all', async () => {
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
      // This request does not make conditional touches.
      if (declared.when === undefined) {
        const refused = await send(route, lacking.api, urlOf(route, values));
        expect([403, 404], `${declared.permission}: ${JSON.stringify(refused.body)}`).toContain(
          refused.status,
        );
      }
      const whole = await callers.holder(namespace, PERMISSIONS);
      const answer = await send(route, whole.api, urlOf(route, values));
      expect([401, 403], JSON.stringify(answer.body)).not.toContain(answer.status);
      // Objects that this world lacks, such as a file, are answered as missing.
      if (answer.status === 404) expect(answer.body.errors ?? []).toEqual([]);
    }
  });
});
