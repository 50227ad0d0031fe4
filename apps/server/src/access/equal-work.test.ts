import { randomUUID } from 'node:crypto';
import { routeList } from '@modelbox/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOfNothing, plainBody, sharedWorlds, urlOf } from '../../testing/access-world.ts';
import { auditOf } from '../../testing/audit.ts';
import { freshName } from '../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';

/* Response times do not reveal whether a hidden object exists: both cases run the same statements. */

const ONE_BY_ONE = 4;

let server: TestServer;
let limited: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  limited = await startTestServer({ auth: 'tokens', auditDenials: ONE_BY_ONE }, undefined, server);
  callers = await callersOf(server);
});
afterAll(async () => {
  await limited?.stop();
  await server?.stop();
});

/** Returns the statements that the process sends while `run` runs. */
async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    sent.push(typeof first === 'string' ? first : (first.text ?? ''));
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof query;
  try {
    await run();
  } finally {
    pg.Client.prototype.query = query;
  }
  return sent;
}

/** The statements of the shortest of three runs: background work of the server only adds statements. */
async function fewest(run: () => Promise<unknown>): Promise<string[]> {
  const runs = [await statementsOf(run), await statementsOf(run), await statementsOf(run)];
  return runs.reduce((a, b) => (b.length < a.length ? b : a));
}

const worldOf = sharedWorlds(
  () => server,
  () => callers,
);

const cases = routeList.filter(
  (route) =>
    route.id === 'tokens.revoke' ||
    Object.values(route.touches).some(({ at }) => /^(?:params|query)\./.test(at)),
);

describe('a hidden object and one that does not exist', () => {
  it.each(cases.map((route) => [route.id, route] as const))(
    'cost %s the same statements',
    async (_, route) => {
      const { values } = await worldOf(route);
      const stranger = await callers.user({ [freshName('elsewhere')]: 'admin' });
      const ask = (named: Readonly<Record<string, string>>) => async () => {
        const answer = await stranger.api(route.method, urlOf(route, named), plainBody(route));
        expect(answer.status).toBe(404);
      };
      const hidden = await fewest(ask(values));
      expect(hidden.filter((text) => text.includes('audit_events'))).toHaveLength(1);
      expect(await fewest(ask({ ...values, ...namesOfNothing() }))).toEqual(hidden);
    },
  );

  it('cost the same statements if a body names them', async () => {
    const { values } = await worldOf({ path: '' });
    const home = freshName('home');
    const { api } = await callers.user({ [home]: 'admin' });
    const { body: model } = await api('POST', '/v1/models', { namespace: home, name: 'm' });
    const requests: [string, (id: string) => unknown][] = [
      ['dataset', (id) => ({ version: 'v', files: [], datasets: [id] })],
      ['dataset', (id) => ({ version: 'v', files: [], metrics: [{ key: 'k', value: 1, dataset: id }] })],
      ['version', (id) => ({ version: 'v', files: [], source: { version: id } })],
      ['checkpoint', (id) => ({ version: 'v', files: [], source: { checkpoint: id } })],
      ['experiment', (id) => ({ version: 'v', files: [], source: { experiment: id } })],
    ];
    for (const [kind, body] of requests) {
      const ask = (id: string) => async () => {
        const { status } = await api('POST', `/v1/models/${model.id}/versions`, body(id));
        expect(status, kind).toBe(404);
      };
      const hidden = await fewest(ask(values[kind] as string));
      expect(await fewest(ask(randomUUID())), kind).toEqual(hidden);
    }
  });

  it('only the first is in the audit', async () => {
    const { values } = await worldOf({ path: '' });
    const stranger = await callers.user({});
    for (const id of [values['model'], randomUUID()]) await stranger.api('GET', `/v1/models/${id}`);
    const entries = await auditOf(callers.admin, { actor: stranger.name, outcome: 'denied' });
    expect(entries).toMatchObject([{ object: { id: values['model'] }, repeats: 1 }]);
  });

  it('are counted alike beyond the attempts that are recorded one by one', async () => {
    const { values } = await worldOf({ path: '' });
    const writes = async (ids: (string | undefined)[]) => {
      const { secret } = await callers.user({});
      const ask = (id: string | undefined) =>
        limited.api('GET', `/v1/models/${id}`, undefined, { authorization: `Bearer ${secret}` });
      const counts: number[] = [];
      for (const id of ids) {
        const sent = await statementsOf(() => ask(id));
        counts.push(sent.filter((text) => text.includes('audit_events')).length);
      }
      return counts;
    };
    const attempts = ONE_BY_ONE + 2;
    const hidden = await writes(Array.from({ length: attempts }, () => values['model']));
    expect(hidden).toEqual([1, 1, 1, 1, 0, 0]);
    expect(await writes(Array.from({ length: attempts }, () => randomUUID()))).toEqual(hidden);
    const mixed = Array.from({ length: attempts }, (_, i) => (i % 2 ? values['model'] : randomUUID()));
    expect(await writes(mixed)).toEqual(hidden);
  });
});

it('a missing object causes no write for an administrator, who sees everything', async () => {
  const sent = await fewest(() => callers.admin('GET', `/v1/models/${randomUUID()}`));
  expect(sent.filter((text) => text.includes('audit_events'))).toEqual([]);
});
