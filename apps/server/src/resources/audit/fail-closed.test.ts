import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf } from '../../../testing/tokens.ts';

/* While the audit cannot record denials, the server answers 503 instead, so that nobody probes the server unseen. */

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', auditDenials: 6 });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

/** Blocks all writes to the audit while `work` runs. */
async function whileLocked<T>(run: () => Promise<T>): Promise<T> {
  const client = await server.db.background.connect();
  try {
    await client.query('BEGIN; LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE');
    return await run();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const unrecorded = async (): Promise<number> => {
  const { body } = await callers.admin('GET', '/metrics');
  return Number(/^modelbox_audit_unrecorded_total (\d+)$/m.exec(body)?.[1]);
};

it('returns 503 for denials that the audit cannot record, counts them, and serves other requests', async () => {
  const hidden = await callers.ok('POST', '/v1/models', { namespace: 'secret', name: 'm' });
  await callers.ok('PUT', `/v1/models/${hidden.id}/files/f`, 'content');
  const viewer = await callers.user({ open: 'viewer' });
  // A request for a missing id counts as a denied attempt. This server records only six of a caller one by one.
  const other = await callers.user({ open: 'viewer' });
  const owner = await callers.user({ secret: 'viewer' });
  await callers.ok('POST', '/v1/models', { namespace: 'open', name: 'm' });
  const attempts: [number, () => Promise<{ status: number; headers: Headers; body: any }>][] = [
    [401, () => server.api('GET', '/v1/models')],
    [403, () => viewer.api('DELETE', `/v1/models/${ref('open/m')}`)],
    [404, () => viewer.api('GET', `/v1/models/${hidden.id}`)],
  ];
  for (const [status, attempt] of attempts) expect((await attempt()).status).toBe(status);
  const before = await unrecorded();

  await whileLocked(async () => {
    // The health check and the reads of the owner do not need the audit.
    const answers = Promise.all(attempts.map(([, attempt]) => attempt()));
    expect((await server.api('GET', '/readyz')).status).toBe(200);
    expect((await owner.api('GET', `/v1/models/${hidden.id}/files/f`)).body).toBe('content');
    for (const { status, headers, body } of await answers) {
      expect([status, body.code]).toEqual([503, 'unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await unrecorded()).toBe(before + attempts.length);
    // A missing object answers like a hidden one.
    const none = await other.api('GET', '/v1/models/00000000-0000-7000-8000-000000000000');
    expect(none.status).toBe(503);
  });

  for (const [status, attempt] of attempts) expect((await attempt()).status).toBe(status);
  const kept = await auditOf(callers.admin, { outcome: 'denied', namespace: 'secret' });
  expect(kept).toHaveLength(2);
}, 120_000);

it('returns 503 also for attempts beyond those that are recorded one by one', async () => {
  const viewer = await callers.user({});
  const attempt = () => viewer.api('GET', '/v1/audit');
  for (let count = 0; count < 7; count++) expect((await attempt()).status).toBe(403);
  await whileLocked(async () => {
    // An attempt that is only counted needs no write. After a failed write, every attempt needs one.
    expect((await server.api('GET', '/v1/models')).status).toBe(503);
    expect((await attempt()).status).toBe(503);
  });
}, 120_000);
