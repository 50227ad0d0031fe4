import { createHash, randomUUID } from 'node:crypto';
import { POLICY_SECTIONS, type PolicyDocument, permissionsToSet } from '@modelbox/domain';
import { PERMISSIONS, type Permission, type Route, routeList, type Touch } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, urlOf, type World } from '../../testing/access-world.ts';
import { bodyNaming } from '../../testing/bodies.ts';
import { freshName } from '../../testing/objects.ts';
import { startTestServer, type TestAnswer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';
import { wordsOf } from '../../testing/words.ts';
import { mentions } from '../http/touch/mentions.ts';

/* For every route: the objects that its body names, in another namespace. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

const isInBody = ({ at, when }: Touch) => at.startsWith('body.') || when?.startsWith('body.') === true;
const cases = routeList.flatMap((route: Route) =>
  Object.values(route.touches)
    .filter(isInBody)
    .map((touch) => [`${route.id} ${touch.when ?? touch.at}`, route, touch] as const),
);

/** Names the object of the touch's kind in a world. */
const named = ({ kind }: Touch, { namespace, values }: World): string =>
  kind === 'dataset' ? `${namespace}/val` : (values[kind] as string);

/** A valid name of an object that does not exist anywhere. */
const nothing = ({ kind }: Touch): string => {
  if (kind === 'dataset') return `${freshName('nothing')}/val`;
  if (kind === 'namespace') return freshName('nothing');
  if (kind === 'content') return createHash('sha256').update(randomUUID()).digest('hex');
  return randomUUID();
};

/** A name that the caller could create in the world. */
const missing = ({ namespace }: World): string => `${namespace}/${freshName('new')}`;

/** Whether an object always lies in the namespace of the path's object, so that no other namespace can be named. */
const liesWithPath = (route: Route, { kind, at, under }: Touch): boolean =>
  at.startsWith('params.') ||
  (kind === 'alias' && route.touches[under ?? '']?.at.startsWith('params.') === true);

describe.each(cases)('%s', (_, route, touch) => {
  const needed = new Set<Permission>();
  let home: World;
  let foreign: World;
  beforeAll(async () => {
    home = await makeWorld(server, callers, route);
    foreign = await makeWorld(server, callers, route);
    const body = bodyNaming(route, touch.at, named(touch, home), home);
    for (const other of Object.values(route.touches)) {
      if (other === touch || (isInBody(other) && mentions(other.at, { body }).length === 0)) continue;
      needed.add(other.permission);
      if (other.create) needed.add(other.create);
    }
    if (route.id.endsWith('.policy.set'))
      for (const section of POLICY_SECTIONS)
        for (const each of permissionsToSet(body as PolicyDocument, section)) needed.add(each as Permission);
  });

  const ask = (api: typeof callers.admin, text: string): Promise<TestAnswer> =>
    api(route.method, urlOf(route, home.values), bodyNaming(route, touch.at, text, home));
  /** Creates a caller with these permissions on both namespaces. */
  const holder = (permissions: readonly Permission[]) =>
    callers.token({
      principal: 'service:test',
      administrator: true,
      namespaces: [home.namespace, foreign.namespace],
      permissions,
    });
  const isRefused = (answer: TestAnswer, text: string) =>
    [403, 404].includes(answer.status) ||
    // The body is invalid, not the object missing: see `optional`.
    (touch.optional === true && JSON.stringify(answer.body).includes(text) && answer.status === 422);
  const expectPassed = (answer: TestAnswer) => {
    expect([401, 403], JSON.stringify(answer.body)).not.toContain(answer.status);
    if (answer.status === 404) expect(answer.body.errors ?? []).toEqual([]);
  };

  it('an object looks missing to a caller without rights in its namespace', async () => {
    if (liesWithPath(route, touch)) return;
    const { api } = await callers.user({ [home.namespace]: 'admin' });
    const [text, none] = [named(touch, foreign), nothing(touch)];
    // An alias lies in the namespace of its model, which the body names too.
    const [there, nowhere] =
      touch.kind === 'alias' ? await aliasesElsewhere(api) : [await ask(api, text), await ask(api, none)];
    if (there.status < 300) {
      expect([touch.optional, there.status, there.body.state]).toEqual([
        true,
        nowhere.status,
        nowhere.body.state,
      ]);
      return;
    }
    expect(there.status, JSON.stringify(there.body)).toBe(touch.optional ? 422 : 404);
    expect(wordsOf(there, [text, foreign.namespace])).toBe(
      wordsOf(nowhere, [none, none.split('/')[0] ?? '']),
    );
  });

  async function aliasesElsewhere(api: typeof callers.admin) {
    const send = (model: string) =>
      api(route.method, urlOf(route, home.values), {
        ...bodyNaming(route, touch.at, 'prod', home),
        model,
      });
    const none = randomUUID();
    const [there, nowhere] = [await send(foreign.values['model'] as string), await send(none)];
    const say = (answer: TestAnswer, id: string) => ({
      ...answer,
      body: JSON.parse(JSON.stringify(answer.body).replaceAll(id, foreign.values['model'] as string)),
    });
    return [there, say(nowhere, none)] as const;
  }

  it.each(['there', 'still to be made'])('%s: passes only with the declared permission', async (state) => {
    const isThere = state === 'there';
    const permission = isThere ? touch.permission : touch.create;
    // The permission of an alias is the same whether it exists or not.
    if (permission === undefined) return;
    const place = liesWithPath(route, touch) ? home : foreign;
    const text = isThere || touch.kind === 'alias' ? named(touch, place) : missing(place);
    if (!needed.has(permission)) {
      const lacking = await holder(PERMISSIONS.filter((each) => each !== permission));
      const refused = await ask(lacking.api, text);
      const wasRefused = isRefused(refused, text);
      if (touch.kind === 'content' && touch.optional) expect(refused.body.state).toBe('open');
      else expect(wasRefused, `${permission}: ${JSON.stringify(refused.body)}`).toBe(true);
    }
    const right = await holder([...needed, permission]);
    const passed = await ask(right.api, text);
    expectPassed(passed);
    if (!touch.optional) return;
    if (touch.kind === 'content') expect(passed.body.state).not.toBe('open');
    else expect(JSON.stringify(passed.body)).not.toContain('must name a dataset that you may read');
  });
});

it('bodies name objects of every kind', () => {
  const kinds = new Set(cases.map(([, , { kind }]) => kind));
  expect([...kinds].sort()).toEqual([
    'alias',
    'checkpoint',
    'content',
    'dataset',
    'experiment',
    'model',
    'namespace',
    'version',
  ]);
});
