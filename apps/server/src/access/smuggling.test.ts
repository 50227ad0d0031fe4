import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../testing/objects.ts';
import { rawRequest } from '../../testing/raw-request.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf } from '../../testing/tokens.ts';

/* Requests that a proxy in front could forward: proxy and server must read them in the same way. */

let server: TestServer;
let callers: Callers;
let secret: { path: string; id: string };
let eve: string;
let ann: string;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
  const namespace = freshName('theirs');
  const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'treasure' });
  secret = { path: `/v1/models/${id}`, id };
  eve = `Authorization: Bearer ${(await callers.user({ [freshName('mine')]: 'admin' })).secret}`;
  ann = `Authorization: Bearer ${(await callers.user({ [namespace]: 'viewer' })).secret}`;
});
afterAll(() => server.stop());

const HOST = 'Host: localhost';
const END = 'Connection: close';
/** Sends lines as a head, then `rest`; returns the statuses of all answers, and all received text. */
async function say(lines: string[], rest = '', newline = '\r\n') {
  const text = await rawRequest(server, `${[...lines, '', ''].join(newline)}${rest}`, { waitMs: 1_000 });
  return { text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)) };
}

it('the secret is visible to its owner, so that the other tests prove something', async () => {
  const { text, statuses } = await say([`GET ${secret.path} HTTP/1.1`, HOST, ann, END]);
  expect(statuses).toEqual([200]);
  expect(text).toContain('treasure');
});

describe('400: a request that can be read in two ways', () => {
  const post = ['POST /v1/models HTTP/1.1', HOST, 'Content-Type: application/json'];
  const smuggled = () => `GET ${secret.path} HTTP/1.1\r\n${HOST}\r\n${ann}\r\n\r\n`;
  it.each<[string, () => string[], string?]>([
    ['two callers', () => [`GET ${secret.path} HTTP/1.1`, HOST, eve, ann]],
    ['two callers, the other way round', () => [`GET ${secret.path} HTTP/1.1`, HOST, ann, eve]],
    ['the same caller twice', () => [`GET ${secret.path} HTTP/1.1`, HOST, ann, ann]],
    ['in another case', () => [`GET ${secret.path} HTTP/1.1`, HOST, ann, ann.toUpperCase()]],
    ['two hosts', () => [`GET ${secret.path} HTTP/1.1`, HOST, 'Host: evil.example', ann]],
    ['two hosts at a public route', () => ['GET /healthz HTTP/1.1', HOST, 'Host: evil.example']],
    [
      'a length and chunks',
      () => [...post, eve, 'Content-Length: 5', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
    [
      'chunks and a length',
      () => [...post, eve, 'Transfer-Encoding: chunked', 'Content-Length: 5'],
      '0\r\n\r\n',
    ],
    ['two lengths', () => [...post, eve, 'Content-Length: 2', 'Content-Length: 3'], '{} '],
    ['the same length twice', () => [...post, eve, 'Content-Length: 2', 'Content-Length: 2'], '{}'],
    ['lengths in a list', () => [...post, eve, 'Content-Length: 2, 2'], '{}'],
    ['a length with a sign', () => [...post, eve, 'Content-Length: +2'], '{}'],
    ['an unknown coding', () => [...post, eve, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['a coding after chunks', () => [...post, eve, 'Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
    [
      'a coding behind a control character',
      () => [...post, eve, 'Transfer-Encoding:\u000bchunked'],
      '0\r\n\r\n',
    ],
    ['a space before the colon', () => [...post, eve, 'Content-Length : 2'], '{}'],
    [
      'a folded line',
      () => [`GET ${secret.path} HTTP/1.1`, HOST, ann.replace(' Bearer', '\r\n Bearer'), END],
    ],
    ['a carriage return alone', () => [`GET ${secret.path} HTTP/1.1`, HOST, `X: y\r${ann}`, END]],
  ])('%s', async (_, lines, body = '') => {
    const { text, statuses } = await say(lines(), body + smuggled());
    // The following bytes must not be a request, or must be refused too.
    expect(statuses.length, text).toBeGreaterThan(0);
    for (const status of statuses) expect(status, text).toBe(400);
    expect(text).not.toContain('treasure');
  });

  it('lines that end in LF alone', async () => {
    const { statuses } = await say([`GET ${secret.path} HTTP/1.1`, HOST, ann, END], '', '\n');
    expect(statuses).toEqual([400]);
  });
});

describe('a second request on a connection', () => {
  it('401: each request needs its own token', async () => {
    const first = [`GET ${secret.path} HTTP/1.1`, HOST, ann];
    const { statuses } = await say(first, `GET ${secret.path} HTTP/1.1\r\n${HOST}\r\n${END}\r\n\r\n`);
    expect(statuses).toEqual([200, 401]);
  });

  it('a request in the body of another is its body', async () => {
    const inner = `GET ${secret.path} HTTP/1.1\r\n${HOST}\r\n${ann}\r\n\r\n`;
    const head = ['GET /v1/whoami HTTP/1.1', HOST, eve, `Content-Length: ${inner.length}`, END];
    const { text, statuses } = await say(head, inner);
    expect(statuses).toHaveLength(1);
    expect(text).not.toContain('treasure');
  });
});

describe('headers and targets that some proxies treat as the request', () => {
  it.each([
    'X-Original-URL: /v1/whoami',
    'X-Rewrite-URL: /v1/whoami',
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
    'X-Method-Override: DELETE',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-User: user:admin',
    'X-Remote-User: user:admin',
    'X-Forwarded-Host: evil.example',
    'Forwarded: for=127.0.0.1;by=user:admin',
    'Proxy-Authorization: Basic YWRtaW46YWRtaW4=',
  ])('change nothing: %s', async (header) => {
    const hidden = await say([`GET ${secret.path} HTTP/1.1`, HOST, eve, header, END]);
    expect(hidden.statuses).toEqual([404]);
    const nobody = await say([`GET ${secret.path} HTTP/1.1`, HOST, header, END]);
    expect(nobody.statuses).toEqual([401]);
    const seen = await say([`GET ${secret.path} HTTP/1.1`, HOST, ann, header, END]);
    expect(seen.statuses).toEqual([200]);
    expect(seen.text).toContain('treasure');
  });

  it.each([
    (path: string) => `GET http://evil.example${path}`,
    (path: string) => `GET http://localhost/healthz/..${path}`,
    (path: string) => `GET /healthz/..${path}`,
    (path: string) => `GET /healthz/%2e%2e${path}`,
    (path: string) => `GET /healthz;${path}`,
    (path: string) => `GET //localhost${path}`,
    (path: string) => `GET /healthz\\..\\${path.slice(1)}`,
    (path: string) => `GET ${path}/../../../healthz`,
    (path: string) => `GET ${path}?/healthz`,
    (path: string) => `GET ${path}#/healthz`,
    (path: string) => `GET ${path}%23/healthz`,
    (path: string) => `GET ${path}%00/healthz`,
    (path: string) => `GET ${path.toUpperCase()}`,
    (path: string) => `TRACE ${path}`,
    (path: string) => `GETT ${path}`,
  ])('no form of the target bypasses authentication: %#', async (target) => {
    for (const caller of [[], [eve]]) {
      const { text, statuses } = await say([`${target(secret.path)} HTTP/1.1`, HOST, ...caller, END]);
      expect(statuses.length, text).toBe(1);
      expect(statuses[0], text).toBeGreaterThanOrEqual(400);
      expect(statuses[0], text).toBeLessThan(500);
      expect(text).not.toContain('treasure');
    }
  });

  it('401: a token bound to a network is checked against the address of the connection', async () => {
    const inside = await callers.token({ principal: 'service:net', networks: ['10.0.0.0/8'] });
    for (const header of ['X-Forwarded-For: 10.0.0.1', 'X-Real-IP: 10.0.0.1', 'Forwarded: for=10.0.0.1']) {
      const { statuses } = await say([
        'GET /v1/whoami HTTP/1.1',
        HOST,
        `Authorization: Bearer ${inside.secret}`,
        header,
        END,
      ]);
      expect(statuses, header).toEqual([401]);
    }
  });
});
