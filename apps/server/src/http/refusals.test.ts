import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw } from '../../testing/raw.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.api('POST', '/v1/models', { namespace: 'ai/vision', name: 'yolo' });
});
afterAll(() => server?.stop());

/** Sends a request with headers that `fetch` does not allow. */
const get = (path: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; body: any }>((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { headers });
    sent.on('error', reject).on('response', async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    });
    sent.end();
  });

describe('a server that is open for the local user', () => {
  it.each(['localhost', 'LOCALHOST:8085', '127.0.0.1', '127.8.9.1:1', '[::1]', '[::1]:8085'])(
    '200: answers the Host %s',
    async (host) => expect((await get('/healthz', { host })).status).toBe(200),
  );

  it.each([
    ...[
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      'evil.example:8085',
      '0.0.0.0',
      '10.0.0.1',
    ],
    ...['localhost:80:80', 'localhost/', 'xlocalhost', '[::2]', 'user@localhost', ' '],
  ])('403: refuses the Host %j, which DNS rebinding would use', async (host) => {
    for (const path of ['/healthz', '/v1/models', '/docs', '/nosuch', '/v1/models/%'])
      expect(await get(path, { host })).toMatchObject({ status: 403, body: { code: 'forbidden_host' } });
  });

  it.each(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'x-forwarded-anything'])(
    '403: refuses a request with %s: a proxy is not local',
    async (name) => {
      const { status, body } = await get('/v1/models', { host: 'localhost', [name]: 'for=1.2.3.4' });
      expect(status).toBe(403);
      expect(body.detail).toContain(name.toLowerCase());
    },
  );

  it.each(['http://localhost:3000', 'http://127.0.0.1:8085', 'https://[::1]'])(
    '200: accepts the Origin %s',
    async (origin) => {
      expect((await get('/v1/models', { host: 'localhost', origin })).status).toBe(200);
    },
  );

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'file://',
    'http://evil.example#localhost',
  ])('403: refuses the Origin %s', async (origin) =>
    expect((await get('/v1/models', { host: 'localhost', origin })).status).toBe(403),
  );

  it('403: a request without a Host', async () => {
    const connection = await connectRaw(server.url);
    connection.send('GET /healthz HTTP/1.0\r\n\r\n');
    expect(await connection.closed()).toMatch(/^HTTP\/1.1 403 /);
  });

  it('answers every Host with MODELBOX_ALLOW_REMOTE', async () => {
    const open = await startTestServer({ allowRemote: true });
    const answer = await open.app.inject({
      url: '/healthz',
      headers: { host: 'x.example', forwarded: 'for=1', origin: 'https://y' },
    });
    expect(answer.statusCode).toBe(200);
    await open.stop();
  });
});

describe('the request id', () => {
  it('is the one given', async () => {
    const answer = await server.api('GET', '/v1/models/nosuch', undefined, { 'x-request-id': 'train-7:42' });
    expect(answer.headers.get('x-request-id')).toBe('train-7:42');
    expect(answer.body.requestId).toBe('train-7:42');
  });

  it.each([undefined, '', 'a b', 'x'.repeat(129), 'a"b'])(
    'is generated if the header is %j',
    async (given) => {
      const answer = await server.api(
        'GET',
        '/nosuch',
        undefined,
        given === undefined ? {} : { 'x-request-id': given },
      );
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    },
  );
});

describe('a request without a route', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v2/models'],
    ['GET', '/V1/models'],
    ['DELETE', '/v1/models'],
    ['PUT', '/v1/models/ai%2Fvision%2Fyolo'],
    ['POST', '/healthz'],
    ['OPTIONS', '/v1/models'],
    ['HEAD', '/nosuch'],
  ])('404: %s %s', async (method, path) => {
    const answer = await server.api(method, path);
    expect(answer.status).toBe(404);
    if (method !== 'HEAD')
      expect(answer.body).toMatchObject({
        code: 'no_such_route',
        detail: `There is no ${method} ${path}; see /docs.`,
      });
  });

  it.each(['/v1/models/%', '/v1/models/%ff', '/v1/models/%ED%A0%80'])('400: %s', async (path) => {
    const answer = await server.api('GET', path);
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
  });

  it.each([
    '/v1/models?namespace=%ff',
    '/v1/models?namespace=%',
    '/v1/models?namespace=%zz',
    '/v1/models?namespace=%ED%A0%80',
    '/v1/models?namespace=%c0%af',
    '/v1/models?filter=name%3d%27%e2%82',
    '/v1/models?%ff=1',
    '/v1/models/ai%2Fvision%2Fyolo/files/%ff',
    '/v1/models/ai%2Fvision%2Fyolo/files/a/%c3%28',
    '/v1/models/ai%2Fvision%2Fyolo/files?cursor=%fe',
    '/healthz?x=%ff',
  ])('400: %s', async (path) => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await server.api(method, path);
      expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } });
    }
  });

  it('400: bytes that are not percent-encoded', async () => {
    for (const path of ['/v1/models?namespace=\xc3\xa9', '/v1/models/ai%2F\xff', '/v1/models?filter=\xff']) {
      const connection = await connectRaw(server.url);
      connection.send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1'));
      await connection.until(/^HTTP\/1.1 400 .*"code":"malformed"/s);
      connection.socket.destroy();
    }
  });

  it('400: a parameter longer than any name', async () => {
    expect(await server.api('GET', `/v1/models/${'x'.repeat(5000)}`)).toMatchObject({
      status: 400,
      body: { code: 'malformed' },
    });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a version that never was', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    [
      'two lengths',
      'POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
    [
      'a length and chunks',
      'POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('400: %s', async (_, text) => {
    const connection = await connectRaw(server.url);
    connection.send(text);
    const answer = await connection.closed();
    expect(answer).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*"code":"malformed"/s);
    const { requestId } = JSON.parse(answer.slice(answer.indexOf('{')));
    expect(answer).toContain(`X-Request-Id: ${requestId}`);
  });

  it('the server still works after all of that', async () =>
    expect((await server.api('GET', '/healthz')).status).toBe(200));
});

describe('names in paths', () => {
  it('are one parameter when their slashes are encoded, whatever the case of the hex digits', async () => {
    for (const path of ['ai%2Fvision%2Fyolo', 'ai%2fvision%2fyolo', '%61i%2Fvision%2Fyolo'])
      expect((await server.api('GET', `/v1/models/${path}`)).status).toBe(200);
    expect((await server.api('GET', '/v1/models/ai/vision/yolo')).status).toBe(404);
  });

  it('may have the full length of names, in any script', async () => {
    const namespace = Array.from({ length: 3 }, () => '模'.repeat(128)).join('/');
    const name = '型'.repeat(120);
    expect((await server.api('POST', '/v1/models', { namespace, name })).status).toBe(201);
    expect((await server.api('GET', `/v1/models/${ref(`${namespace}/${name}`)}`)).status).toBe(200);
  });
});

describe('HEAD', () => {
  it('answers as GET does, without the body', async () => {
    for (const path of ['/v1/models', '/v1/models/ai%2Fvision%2Fyolo', '/healthz', '/docs']) {
      const answer = await server.api('HEAD', path);
      const whole = await server.api('GET', path);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: undefined });
      for (const name of ['content-type', 'content-length', 'etag'])
        expect(answer.headers.get(name)).toBe(whole.headers.get(name));
    }
    expect((await server.api('HEAD', '/v1/models/ai%2Fnosuch')).status).toBe(404);
  });
});

describe('a query', () => {
  it.each([
    'nosuch=1',
    '__proto__=1',
    'limit=1&limit=2',
    'limit=0',
    'limit=1001',
    'limit=1.5',
    'limit=x',
    'recursive=yes',
    'filter=%00',
  ])('422: %s, with the name of the parameter', async (query) => {
    const answer = await server.api('GET', `/v1/models?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toMatchObject({ in: 'query', pointer: `/${query.split('=')[0]}` });
  });

  it('422: lists the known parameters', async () => {
    const { body } = await server.api('GET', '/v1/models?fliter=x');
    expect(body.errors[0].expected).toContain('filter');
    expect(body.detail).toContain('is not a known field; known fields are');
  });
});
