import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf } from '../../../testing/tokens.ts';
import { removeOldEvents } from '../../workers/audit-retention.ts';
import { sequence } from '../../workers/sequencer.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', auditRetention: 10 * 86_400_000 });
  callers = await callersOf(server);
  await callers.ok('POST', '/v1/models', { namespace: 'a', name: 'm' });
  await server.api('GET', '/v1/models');
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const sql = (text: string) => server.db.requests.query(text);
const all = async () =>
  (await sql('SELECT t::text FROM changes t UNION ALL SELECT t::text FROM audit_events t')).rows;

it.each([
  'UPDATE audit_events SET actor = NULL',
  "UPDATE audit_events SET outcome = 'read' WHERE id = -1",
  'DELETE FROM audit_events',
  'TRUNCATE audit_events',
  'DELETE FROM changes WHERE id = 1',
  'TRUNCATE changes CASCADE',
  "UPDATE changes SET actor = 'user:nobody'",
  'UPDATE changes SET before = NULL, seq = seq',
  'UPDATE changes SET address = NULL',
  "UPDATE changes SET at = at - interval '1 day'",
])('refuses in the database: %s', async (text) => {
  const before = await all();
  expect(before.length).toBeGreaterThanOrEqual(3);
  await expect(sql(text)).rejects.toMatchObject({
    code: 'MB002',
    message: expect.stringContaining('append-only'),
  });
  expect(await all()).toEqual(before);
});

it('keeps every column of a change unchanged, except `seq`', async () => {
  const { rows } = await sql(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'changes' AND column_name <> 'seq'`,
  );
  expect(rows.length).toBeGreaterThan(12);
  for (const { name } of rows)
    await expect(sql(`UPDATE changes SET ${name} = ${name}`), name).rejects.toMatchObject({ code: 'MB002' });
  expect(await sequence(server.db, 1000)).toBeGreaterThan(0);
});

it('removes old denied attempts in batches, and keeps younger ones and writes', async () => {
  const denied = () => auditOf(callers.admin, { outcome: 'denied' });
  const written = await auditOf(callers.admin, { outcome: 'written' });
  for (let count = 0; count < 5; count++) await server.api('GET', '/v1/models');
  server.advance(9 * DAY);
  expect(await removeOldEvents(server.ctx, 100)).toBe(0);
  expect(await denied()).toHaveLength(6);
  await server.api('GET', '/v1/experiments');
  server.advance(2 * DAY);
  expect(await removeOldEvents(server.ctx, 4)).toBe(4);
  expect(await removeOldEvents(server.ctx, 4)).toBe(2);
  expect(await removeOldEvents(server.ctx, 4)).toBe(0);
  expect(await denied()).toMatchObject([{ route: 'experiments.list' }]);
  expect(await auditOf(callers.admin, { outcome: 'written' })).toEqual(written);
  // The right to delete ends with the transaction of the worker.
  await expect(server.db.background.query('DELETE FROM audit_events')).rejects.toMatchObject({
    code: 'MB002',
  });
});
