import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { type Caller, type Callers, startPair, withToken } from '../../testing/tokens.ts';

/* Two servers cache callers. Both see removed rights within two seconds, however they were removed. */

let server: TestServer;
let second: TestServer;
let callers: Callers;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ server, second, callers, stop } = await startPair());
});
afterAll(() => stop());

const sql = (text: string, ...values: unknown[]) => server.db.requests.query(text, values);
const within = { timeout: 2_000, interval: 50 };

async function member() {
  const namespace = freshName('ns');
  const caller = await callers.user({ [namespace]: 'viewer' });
  const other = withToken(second, caller.secret);
  const status = async () => (await other('GET', `/v1/models?namespace=${namespace}`)).status;
  expect(await status()).toBe(200);
  return { namespace, caller, status };
}

describe('removed rights end on the other server', () => {
  it.each([
    ['a token deleted by hand', 401, ({ id }: Caller) => sql('DELETE FROM tokens WHERE id = $1', id)],
    [
      'a token with a new expiry in the past',
      401,
      ({ id }: Caller) => sql(`UPDATE tokens SET expires_at = now() - interval '1 minute' WHERE id = $1`, id),
    ],
    [
      'a token narrowed by hand',
      404,
      ({ id }: Caller) => sql(`UPDATE tokens SET namespaces = '{elsewhere}' WHERE id = $1`, id),
    ],
    [
      'a token moved to another owner',
      404,
      ({ id }: Caller) => sql(`UPDATE tokens SET principal = 'user:nobody' WHERE id = $1`, id),
    ],
  ] as const)('%s', async (_, refused, change) => {
    const { caller, status } = await member();
    await change(caller);
    await expect.poll(status, within).toBe(refused);
  });

  it('a role whose removal was recorded and pruned before the other server read it', async () => {
    const { caller, status } = await member();
    await sql('DELETE FROM grants WHERE principal = $1', caller.name);
    const { rows } = await sql(`SELECT prune_access_changes(now() + interval '1 day', 100000) AS count`);
    expect(rows[0].count).toBeGreaterThan(0);
    expect((await sql('SELECT * FROM access_changes')).rows).toEqual([]);
    await expect.poll(status, within).toBe(404);
  });

  it('a role removed by hand, replaced by a lesser one, or removed with its namespace', async () => {
    const one = await member();
    await sql('DELETE FROM grants WHERE principal = $1', one.caller.name);
    await expect.poll(one.status, within).toBe(404);
    const two = await member();
    const body = { namespace: two.namespace, name: 'm' };
    const create = async () =>
      (await withToken(second, two.caller.secret)('POST', '/v1/models', { ...body, name: freshName('m') }))
        .status;
    const path = `/v1/namespaces/${two.namespace}/grants/${encodeURIComponent(two.caller.name)}`;
    await callers.ok('PUT', path, { role: 'contributor' });
    // A new right applies at once.
    expect(await create()).toBe(201);
    await callers.ok('PUT', path, { role: 'viewer' });
    await expect.poll(create, within).toBe(403);
    const three = await member();
    await callers.ok('DELETE', `/v1/namespaces/${three.namespace}`);
    // The grants are kept for the grace time. After it, the next namespace of that name has none of them.
    await sql(
      'UPDATE kept_namespaces SET kept_until = created.at FROM (SELECT min(at) AS at FROM changes) AS created',
    );
    await callers.ok('POST', '/v1/models', { namespace: three.namespace, name: 'm' });
    await expect.poll(three.status, within).toBe(404);
  });

  it('all rights, if a table is emptied', async () => {
    const { status } = await member();
    await sql('TRUNCATE grants');
    await expect.poll(status, within).toBe(404);
    const last = await member();
    const { rows } = await sql('SELECT * FROM tokens');
    await sql('TRUNCATE tokens');
    await expect.poll(last.status, within).toBe(401);
    for (const row of rows) {
      const names = Object.keys(row);
      await sql(
        `INSERT INTO tokens (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
        ...names.map((name) => row[name]),
      );
    }
    await expect.poll(last.status, within).toBe(200);
  });
});

it('a change during the lookup of a caller is not missed', async () => {
  for (let round = 0; round < 10; round++) {
    const namespace = freshName('race');
    const caller = await callers.user({ [namespace]: 'viewer' });
    const get = withToken(second, caller.secret);
    const list = async () => (await get('GET', `/v1/models?namespace=${namespace}`)).status;
    // The first lookups make both servers cache the caller; the role is removed meanwhile.
    const taken = callers.ok(
      'DELETE',
      `/v1/namespaces/${namespace}/grants/${encodeURIComponent(caller.name)}`,
    );
    await Promise.all([taken, ...Array.from({ length: 4 }, list)]);
    await expect.poll(list, within).toBe(404);
    expect(await list()).toBe(404);
  }
}, 120_000);

it('a token shows its last use, to the minute', async () => {
  const { caller } = await member();
  const lastUsed = async () =>
    (await callers.ok('GET', `/v1/tokens?principal=${caller.name}`)).items[0].lastUsedAt;
  await expect.poll(lastUsed, { timeout: 10_000, interval: 100 }).toMatch(/Z$/);
  const first = await lastUsed();
  second.advance(61_000);
  await caller.api('GET', '/v1/whoami');
  await withToken(second, caller.secret)('GET', '/v1/whoami');
  await expect.poll(async () => (await lastUsed()) > first, { timeout: 10_000, interval: 100 }).toBe(true);
});
