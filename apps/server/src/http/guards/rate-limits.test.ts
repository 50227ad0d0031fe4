import { ModelBox } from '@modelbox/client';
import { localActor } from '@modelbox/domain';
import { afterEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { callersOf, withToken } from '../../../testing/tokens.ts';
import type { Settings } from '../../protocol/settings.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function limited(settings: Partial<Settings>) {
  server = await startTestServer({ auth: 'tokens', trustProxy: ['127.0.0.0/8'], ...settings });
  return { server, callers: await callersOf(server) };
}
const from = (address: string) => ({ 'x-forwarded-for': address });
const limits = async (running: TestServer) => {
  const text =
    (await running.ctx.telemetry.registry.getSingleMetricAsString('modelbox_rate_limited_total')) ?? '';
  return Object.fromEntries(
    [...text.matchAll(/limit="(\w+)"} (\d+)/g)].map(([, name, count]) => [name, Number(count)]),
  );
};

it('429: one caller with all tokens together, until the minute is over; others continue', async () => {
  const { server, callers } = await limited({ rateLimitIdentity: 3 });
  const [one, two, other] = [
    await callers.token({ principal: 'user:ann' }),
    await callers.token({ principal: 'user:ann' }),
    await callers.token({ principal: 'user:bob' }).catch(() => undefined),
  ];
  // The administrator has used up the limit by creating these.
  expect(other).toBeDefined();
  expect((await callers.admin('GET', '/v1/whoami')).status).toBe(429);
  const first = await one.api('GET', '/v1/whoami');
  expect(first.headers.get('ratelimit-policy')).toBe('"identity";q=3;w=60');
  expect(first.headers.get('ratelimit')).toBe('"identity";r=2;t=60');
  await two.api('GET', '/v1/whoami');
  server.advance(20_000);
  expect((await one.api('GET', '/v1/whoami')).headers.get('ratelimit')).toBe('"identity";r=0;t=40');
  for (const { api } of [one, two]) {
    const refused = await api('GET', '/v1/whoami');
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.body.detail).toContain('3 requests of this caller');
    expect(refused.headers.get('retry-after')).toBe('40');
    expect(refused.headers.get('ratelimit')).toBe('"identity";r=0;t=40');
  }
  expect((await other?.api('GET', '/v1/whoami'))?.status).toBe(200);
  server.advance(40_000);
  expect((await two.api('GET', '/v1/whoami')).status).toBe(200);
  expect(await limits(server)).toEqual({ identity: 3 });
});

it('429: one address, before authentication; public routes stay open', async () => {
  const { server, callers } = await limited({ rateLimitAddress: 2 });
  const ask = (address: string, path = '/v1/whoami') => server.api('GET', path, undefined, from(address));
  expect((await ask('203.0.113.7')).status).toBe(401);
  expect((await callers.admin('GET', '/v1/whoami', undefined, from('203.0.113.7'))).status).toBe(200);
  const refused = await callers.admin('GET', '/v1/whoami', undefined, from('203.0.113.7'));
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(refused.headers.get('ratelimit-policy')).toBe('"address";q=2;w=60');
  for (const path of ['/healthz', '/readyz', '/openapi.json'])
    expect((await ask('203.0.113.7', path)).status).toBe(200);
  expect((await ask('203.0.113.8')).status).toBe(401);
  // An IPv6 network counts as one address.
  await ask('2001:db8::1');
  await ask('2001:db8::2');
  expect((await ask('2001:db8::3')).status).toBe(429);
});

it('429: guesses from one address do not lock out known callers', async () => {
  const { server, callers } = await limited({ rateLimitFailures: 3 });
  const known = await callers.token({ principal: 'service:trainer' });
  const fresh = await callers.token({ principal: 'service:fresh' });
  expect((await known.api('GET', '/v1/whoami')).status).toBe(200);
  const guess = async (i: number) => (await withToken(server, `mb_guess-${i}`)('GET', '/v1/whoami')).status;
  for (let i = 0; i < 3; i++) expect(await guess(i)).toBe(401);
  const refused = await withToken(server, 'mb_guess')('GET', '/v1/whoami');
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await known.api('GET', '/v1/whoami')).status).toBe(200);
  // This server does not know the token yet. From another address it works.
  expect((await fresh.api('GET', '/v1/whoami')).status).toBe(429);
  expect((await fresh.api('GET', '/v1/whoami', undefined, from('203.0.113.9'))).status).toBe(200);
  // Requests without a token count too: each leaves an entry in the audit.
  const nothing = async () => (await server.api('GET', '/v1/whoami', undefined, from('203.0.113.10'))).status;
  for (const status of [401, 401, 401, 429]) expect(await nothing()).toBe(status);
  server.advance(60_000);
  expect(await guess(9)).toBe(401);
});

it('429: guesses do not lock out callers whose rights changed, until their token is revoked', async () => {
  const { server, callers } = await limited({ rateLimitFailures: 3 });
  await callers.ok('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  const trainer = await callers.token({ principal: 'service:trainer' });
  const whoami = async () => (await trainer.api('GET', '/v1/whoami')).status;
  expect(await whoami()).toBe(200);
  for (let i = 0; i < 4; i++) await withToken(server, `mb_guess-${i}`)('GET', '/v1/whoami');
  await callers.ok('PUT', '/v1/namespaces/ai/grants/service%3Atrainer', { role: 'viewer' });
  // The server has dropped the callers whose rights changed.
  await callers.ok('GET', '/v1/whoami');
  expect(await whoami()).toBe(200);
  await callers.ok('DELETE', `/v1/tokens/${trainer.id}`);
  expect(await whoami()).toBe(401);
  expect(await whoami()).toBe(429);
});

it('the client waits for Retry-After, then continues', async () => {
  const { server, callers } = await limited({ rateLimitIdentity: 2 });
  const { secret } = await callers.token({ principal: 'user:ann' });
  const client = new ModelBox({ baseUrl: server.url, token: secret });
  await client.whoami();
  await client.whoami();
  server.advance(59_500);
  const asked = client.whoami();
  await expect.poll(() => limits(server)).toEqual({ identity: 1 });
  server.advance(1_000);
  expect((await asked).name).toBe('user:ann');
  expect(await limits(server)).toEqual({ identity: 1 });
});

it('a trusted proxy may send any text as the address', async () => {
  const { server, callers } = await limited({ rateLimitFailures: 2 });
  const odd = [
    'nonsense',
    'x'.repeat(5000),
    '203.0.113.7:4711',
    '[2001:db8::1]:80',
    '1.2.3.4, ,',
    '::ffff:1.2.3.4',
    '',
  ];
  for (const address of odd) {
    const name = `m${odd.indexOf(address)}`;
    const made = await callers.admin('POST', '/v1/models', { namespace: 'ai', name }, from(address));
    expect(made.status, address).toBe(201);
  }
  const guess = (address: string) =>
    withToken(server, 'mb_guess')('GET', '/v1/whoami', undefined, from(address));
  for (const address of ['nonsense', 'x'.repeat(5000)]) expect((await guess(address)).status).toBe(401);
  // All malformed addresses count as one.
  expect((await guess('unknown')).status).toBe(429);
});

it('an open server has no limits', async () => {
  server = await startTestServer({ rateLimitIdentity: 1, rateLimitAddress: 1, rateLimitFailures: 1 });
  for (let i = 0; i < 5; i++) {
    const answer = await server.api('GET', '/v1/whoami');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit')).toBeNull();
  }
});

it('a caller is heavy by the time of long requests, however much all short ones take', async () => {
  const { server: running } = await limited({});
  const { ctx } = running;
  const actorOf = (name: string) => ({ ...localActor, name });
  const [lists, previews] = [actorOf('user:lists'), actorOf('user:previews')];
  for (let n = 0; n < 500; n++) ctx.rateLimits.countCost(ctx, lists, 100, 0);
  for (let n = 0; n < 3; n++) ctx.rateLimits.countCost(ctx, previews, 1_500, 1_000);
  const areHeavy = () => [lists, previews].map((actor) => ctx.rateLimits.isHeavy(ctx, actor));
  expect(areHeavy()).toEqual([false, true]);
  running.advance(60_000);
  expect(areHeavy()).toEqual([false, false]);
});
