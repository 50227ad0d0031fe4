import { type Route, routeList } from '@modelbox/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newVersion } from '../../../testing/objects.ts';
import { rawRequest } from '../../../testing/raw-request.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

function demandSafe(headers: Headers): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toMatch(
    /default-src '(?:none|self)'.*frame-ancestors 'none'/,
  );
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('cache-control')).not.toBeNull();
  // No other site may read answers.
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

const pathOf = (route: Route): string => route.path.replaceAll(/\{\w+\*?\}/g, 'x');

it.each(routeList.map((route) => [route.id, route] as const))('%s', async (_, route) => {
  const answer = await fetch(`${server.url}${pathOf(route)}`, {
    method: route.method,
    headers: { origin: 'http://localhost:3000' },
  });
  demandSafe(answer.headers);
  await answer.body?.cancel();
});

it('answers without a route: unknown route, refusal of the router, malformed HTTP, preflight', async () => {
  for (const path of ['/nowhere', '/v1/models/%', '/v1/models/%ff']) {
    demandSafe((await server.api('GET', path)).headers);
    demandSafe((await server.api('OPTIONS', path, undefined, { origin: 'http://localhost' })).headers);
  }
  const preflight = await fetch(`${server.url}/v1/models`, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  });
  demandSafe(preflight.headers);
  expect(preflight.status).toBe(404);
  const raw = await rawRequest(server, 'NONSENSE\r\n\r\n');
  expect(raw).toMatch(/content-security-policy: default-src 'none'/i);
});

it('secrets and answers for one request are never cached, and reads only by their reader', async () => {
  const token = await server.api('POST', '/v1/tokens', {
    name: 'x',
    principal: 'user:ann',
    administrator: true,
  });
  expect(token.status).toBe(201);
  const missing = await server.api('GET', '/v1/models/ai%2Fnosuch');
  expect(missing.status).toBe(404);
  for (const { headers } of [token, missing]) expect(headers.get('cache-control')).toBe('no-store');
  expect(await rawRequest(server, 'NONSENSE\r\n\r\n')).toMatch(/cache-control: no-store/i);
  const version = await newVersion(server);
  const path = `/v1/versions/${version.id}`;
  await server.api('PUT', `${path}/files/a.bin`, 'x');
  for (const part of ['', '/files/a.bin']) {
    const { headers } = await server.api('GET', path + part);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const again = await server.api('GET', path + part, undefined, {
      'if-none-match': headers.get('etag') ?? '',
    });
    expect(again.headers.get('cache-control')).toBe('private, no-cache');
  }
});

it.each([
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/javascript',
  'text/xml',
  'application/pdf',
])('a file of type %s is neither shown nor run, whole, as ranges or in an archive', async (type) => {
  const version = await newVersion(server);
  const path = `/v1/versions/${version.id}/files/page.html`;
  await server.api('PUT', path, '<script>alert(1)</script>', { 'content-type': type });
  await server.api('POST', `/v1/versions/${version.id}/finalize`);
  for (const [target, headers] of [
    [path, {}],
    [path, { range: 'bytes=0-3' }],
    [path, { range: 'bytes=0-3,8-9' }],
    [`/v1/versions/${version.id}/archive`, {}],
  ] as const) {
    const answer = await server.api('GET', target, undefined, headers);
    expect([200, 206]).toContain(answer.status);
    demandSafe(answer.headers);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  }
});

it('a file of a user is never a page, whatever its type', async () => {
  const version = await newVersion(server);
  const path = `/v1/versions/${version.id}/files/page.html`;
  await server.api('PUT', path, '<script>alert(1)</script>', { 'content-type': 'text/html' });
  const answer = await server.api('GET', path);
  demandSafe(answer.headers);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
  expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
});
