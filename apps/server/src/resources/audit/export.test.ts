import { get, type IncomingMessage } from 'node:http';
import { ModelBox } from '@modelbox/client';
import type { AuditEntry } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf, withToken } from '../../../testing/tokens.ts';
import { sequence } from '../../workers/sequencer.ts';

let server: TestServer;
let callers: Callers;
let secret: string;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
  secret = (await callers.token({ principal: 'user:auditor', administrator: true })).secret;
});
afterAll(() => server.stop());

const parse = (text: string): AuditEntry[] => {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
};
const fetchExport = (query = '') =>
  fetch(`${server.url}/v1/audit/export${query}`, { headers: { authorization: `Bearer ${secret}` } });
async function exported(query = ''): Promise<AuditEntry[]> {
  const answer = await fetchExport(query);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  return parse(await answer.text());
}
const idsOf = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id);

/** Thousands of denied attempts and changes of the last days, in a new namespace. */
async function fill(count: number): Promise<string> {
  const namespace = freshName('many');
  await server.db.requests.query(
    `INSERT INTO audit_events (at, outcome, actor, address, request_id, method, route, status, namespace)
     SELECT now() - n * interval '7 seconds', 'denied', 'user:x', '192.0.2.1', 'r' || n, 'GET', 'models.get', 403, $1
     FROM generate_series(1, $2::int / 2) AS n`,
    [namespace, count],
  );
  await server.db.requests.query(
    `INSERT INTO changes (object_kind, object_id, namespace, action, actor, at)
     SELECT 'model', gen_random_uuid(), $1, 'updated', 'user:x', now() - n * interval '5 seconds'
     FROM generate_series(1, $2::int / 2) AS n`,
    [namespace, count],
  );
  while ((await sequence(server.db, 10_000)) > 0);
  return namespace;
}

describe('GET /v1/audit/export', () => {
  it('returns the entries of the list, oldest first, one per line, with the same filters', async () => {
    for (let count = 0; count < 5; count++) {
      await callers.ok('POST', '/v1/models', { namespace: freshName('ns'), name: 'm' });
      await server.api('GET', '/v1/models');
      server.advance(1000);
    }
    const all = await auditOf(callers.admin);
    expect(await exported()).toEqual(all.reverse());
    const denied = all.filter(({ outcome }) => outcome === 'denied');
    expect(await exported('?outcome=denied')).toEqual(denied);
    const [since, until] = [denied[1]?.at ?? '', denied[4]?.at ?? ''];
    expect(await exported(`?outcome=denied&since=${since}&until=${until}`)).toEqual(denied.slice(1, 4));
    expect(await exported(`?since=${until}&until=${since}`)).toEqual([]);
    expect(await exported('?actor=user:nobody')).toEqual([]);
  });

  it('returns only headers to HEAD', async () => {
    const answer = await withToken(server, secret)('HEAD', '/v1/audit/export');
    expect(answer).toMatchObject({ status: 200, body: undefined });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  });

  it('returns every entry that exists at its start once, while others are written', async () => {
    const namespace = await fill(12_000);
    const before = await auditOf(callers.admin, { namespace });
    let isOver = false;
    const writing = (async () => {
      for (let count = 0; !isOver; count++) {
        await callers.ok('POST', '/v1/models', { namespace, name: `m${count}` });
        await server.api('GET', '/v1/models');
        if (count % 3 === 0) await sequence(server.db, 2);
      }
    })();
    const seen = await exported(`?namespace=${namespace}`);
    isOver = true;
    await writing;
    expect(new Set(idsOf(seen)).size).toBe(seen.length);
    const there = new Set(idsOf(before));
    expect(idsOf(seen.filter(({ id }) => there.has(id)))).toEqual(idsOf(before).reverse());
    const after = new Set(idsOf(await auditOf(callers.admin, { namespace })));
    for (const { id } of seen) expect(after.has(id)).toBe(true);
  });

  it('stops reading while the client does not read, and sends all 100,000 entries in the end', async () => {
    const namespace = await fill(100_000);
    // Each window leases its own connection.
    const windows = vi.spyOn(server.db.lists, 'connect');
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${secret}` };
      get(`${server.url}/v1/audit/export?namespace=${namespace}`, { headers }, resolve).on('error', reject);
    });
    // Waits until the buffers are full, so that nothing more is read until the client reads.
    let count = -1;
    await expect
      .poll(
        () => {
          const isStill = windows.mock.calls.length === count;
          count = windows.mock.calls.length;
          return isStill;
        },
        { interval: 500, timeout: 20_000 },
      )
      .toBe(true);
    const whole = 100_000 / 5_000;
    expect(count).toBeLessThan(whole - 3);
    let lines = 0;
    for await (const chunk of answer) for (const byte of chunk as Buffer) if (byte === 10) lines += 1;
    expect(lines).toBe(100_000);
    expect(windows.mock.calls.length).toBeGreaterThan(count);
    windows.mockRestore();

    const client = new ModelBox({ baseUrl: server.url, token: secret });
    const ids = new Set<string>();
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of await client.audit.export({ namespace, outcome: 'denied' })) {
      const texts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = texts.pop() ?? '';
      for (const text of texts) ids.add((JSON.parse(text) as AuditEntry).id);
    }
    expect([ids.size, rest]).toEqual([50_000, '']);
  }, 120_000);

  it('aborts the answer on a failure, and never ends as if it were complete', async () => {
    await fill(20_000);
    const original = server.db.lists.connect.bind(server.db.lists) as () => Promise<unknown>;
    let count = 0;
    const windows = vi.spyOn(server.db.lists, 'connect').mockImplementation((() => {
      count += 1;
      return count > 3 ? Promise.reject(new Error('Connection terminated')) : original();
    }) as never);
    const answer = await fetchExport();
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    const client = new ModelBox({ baseUrl: server.url, token: secret });
    count = 0;
    await expect(client.audit.export().bytes()).rejects.toThrow();
    // An immediate failure still gets a status.
    count = 100;
    expect((await fetchExport()).status).toBe(503);
    windows.mockRestore();
  });
});
