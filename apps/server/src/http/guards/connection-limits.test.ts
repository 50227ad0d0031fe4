import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw } from '../../../testing/raw.ts';
import { rawRequest } from '../../../testing/raw-request.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { callersOf } from '../../../testing/tokens.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const get = (to: { url: string }, path: string, ...headers: string[]) =>
  rawRequest(
    to,
    `GET ${path} HTTP/1.1\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
  );

function demandProblem(answer: string, words: string): void {
  expect(answer).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*"code":"malformed"/s);
  expect(answer).toContain(words);
  expect(answer).toMatch(/content-security-policy: default-src 'none'/i);
}

describe('400: headers', () => {
  it('too many: none is dropped silently, such as the one that reveals a proxy', async () => {
    for (const count of [201, 2500]) {
      const many = Array.from({ length: count }, () => 'a:');
      demandProblem(
        await get(server, '/healthz', 'Host: localhost', ...many, 'Forwarded: for=1'),
        'allows 200 headers, and 16 KiB in all',
      );
    }
    const some = Array.from({ length: 190 }, () => 'a:');
    expect(await get(server, '/healthz', 'Host: localhost', ...some)).toMatch(/^HTTP\/1.1 200 /);
    expect(await get(server, '/healthz', 'Host: localhost', ...some, 'Forwarded: for=1')).toMatch(
      /^HTTP\/1.1 403 /,
    );
  });

  it('without Host', async () => demandProblem(await get(server, '/healthz'), 'has no Host'));

  it('a single-valued header twice', async () => {
    demandProblem(
      await get(server, '/healthz', 'Host: localhost', 'host: evil.example'),
      'The request has the header host more than once. Send it once.',
    );
    const known = await startTestServer({ auth: 'tokens' });
    const { secret } = await (await callersOf(known)).token({ principal: 'user:ann' });
    const mine = `Authorization: Bearer ${secret}`;
    expect(await get(known, '/v1/whoami', 'Host: a', mine)).toMatch(/^HTTP\/1.1 200 /);
    for (const other of ['authorization: Bearer mb_other', mine])
      demandProblem(
        await get(known, '/v1/whoami', 'Host: a', mine, other),
        'The request has the header authorization more than once. Send it once.',
      );
    await known.stop();
  });

  it('larger than 16 KiB, in one or in many, or in the URL', async () => {
    demandProblem(
      await get(server, '/healthz', 'Host: localhost', `A: ${'x'.repeat(17_000)}`),
      'allows 200 headers, and 16 KiB in all',
    );
    demandProblem(
      await get(server, `/healthz?${'x'.repeat(17_000)}`, 'Host: localhost'),
      'allows 200 headers, and 16 KiB in all',
    );
  });

  it('that do not arrive in time, and a silent connection', async () => {
    const slow = await startTestServer();
    slow.app.server.headersTimeout = 100;
    const [silent, slower] = [await connectRaw(slow.url), await connectRaw(slow.url)];
    slower.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    demandProblem(await slower.closed(), 'did not arrive in time');
    await silent.closed();
    expect((await slow.api('GET', '/healthz')).status).toBe(200);
    await slow.stop();
  });
});

it('connections over the limit are closed, and existing ones are served', async () => {
  const small = await startTestServer({ maxConnections: 10 });
  const held = await Promise.all(Array.from({ length: 10 }, () => connectRaw(small.url)));
  for (const { send } of held) send('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  for (const { until } of held) await until(/^HTTP\/1.1 200 /);
  const dropped = once(small.app.server, 'drop');
  const late = await connectRaw(small.url);
  await dropped;
  expect(await late.closed()).toBe('');
  held[0]?.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await held[0]?.until(/200 OK.*200 OK/s);
  held[1]?.socket.destroy();
  await held[1]?.closed();
  await expect
    .poll(async () => (await get(small, '/healthz', 'Host: localhost')).slice(0, 12))
    .toBe('HTTP/1.1 200');
  await small.stop();
});

it.each(['OPTIONS *', 'TRACE /', 'PROPFIND /v1/models', 'GET http://evil.example/nosuch'])(
  '404: %s is no route, and opens nothing',
  async (line) => {
    const answer = await rawRequest(
      server,
      `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 404 .*"code":"no_such_route"/s);
    expect(answer).not.toMatch(/access-control-|^allow:/im);
  },
);

it('closes a connection on CONNECT, and refuses upgrades', async () => {
  expect(await rawRequest(server, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
  const upgrade = await get(
    server,
    '/healthz',
    'Host: localhost',
    'Connection: upgrade',
    'Upgrade: websocket',
  );
  expect(upgrade).toMatch(/^HTTP\/1.1 200 /);
});
