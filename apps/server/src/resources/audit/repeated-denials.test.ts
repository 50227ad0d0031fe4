import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { atOnce } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf } from '../../../testing/tokens.ts';
import { storeRepeatedDenials } from './repeated-denials.ts';

const ONE_BY_ONE = 5;

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', auditDenials: ONE_BY_ONE });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

it('stores a few entries for 200 denied attempts of one caller, and counts each attempt', async () => {
  const namespace = freshName('closed');
  await callers.ok('POST', '/v1/models', { namespace, name: 'm' });
  const [loud, quiet] = [await callers.user({}), await callers.user({})];
  const answers = await atOnce(200, (i) =>
    loud.api(i % 2 ? 'GET' : 'DELETE', `/v1/models/${namespace}%2F${i < 100 ? 'm' : `guess-${i}`}`),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  expect((await quiet.api('GET', `/v1/models/${namespace}%2Fm`)).status).toBe(404);
  const of = (actor: string) => auditOf(callers.admin, { actor, outcome: 'denied' });
  expect(await of(loud.name)).toHaveLength(ONE_BY_ONE);
  expect(await of(quiet.name)).toMatchObject([{ repeats: 1, lastAt: null, object: { name: 'm' } }]);

  await storeRepeatedDenials(server.ctx);
  const entries = await of(loud.name);
  const counted = entries.filter(({ repeats }) => repeats > 1);
  expect(entries).toHaveLength(ONE_BY_ONE + 2);
  expect(new Set(counted.map(({ route }) => route))).toEqual(new Set(['models.get', 'models.delete']));
  expect(entries.reduce((sum, { repeats }) => sum + repeats, 0)).toBe(200);
  for (const entry of counted) {
    expect(entry).toMatchObject({ tokenId: loud.id, address: '127.0.0.1', status: 404, object: null });
    expect(Date.parse(entry.lastAt ?? '')).toBeGreaterThanOrEqual(Date.parse(entry.at));
  }
  // In a new minute, attempts are recorded one by one again.
  await loud.api('GET', `/v1/models/${namespace}%2Fm`);
  expect(await of(loud.name)).toHaveLength(ONE_BY_ONE + 3);
});

it('keeps the counts of attempts that cannot be stored', async () => {
  const caller = await callers.user({});
  for (let i = 0; i < ONE_BY_ONE + 3; i++) await caller.api('GET', '/v1/models/none%2Fm');
  const { requests } = server.db;
  await requests.query('ALTER TABLE audit_events RENAME TO away');
  try {
    await expect(storeRepeatedDenials(server.ctx)).rejects.toThrow('audit_events');
  } finally {
    await requests.query('ALTER TABLE away RENAME TO audit_events');
  }
  await storeRepeatedDenials(server.ctx);
  const entries = await auditOf(callers.admin, { actor: caller.name, outcome: 'denied' });
  expect(entries.reduce((sum, { repeats }) => sum + repeats, 0)).toBe(ONE_BY_ONE + 3);
});
