import { openDatabase } from '@modelbox/db';
import { type Route, routeList, routes } from '@modelbox/schema';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { mount } from '../http/mount.ts';
import { createApp } from './app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const urlOf = (path: string) => path.replace(/\{[^}]*\*\}/, '*').replace(/\{([^}]*)\}/g, ':$1');

describe('routes', () => {
  it('are all mounted exactly once', async () => {
    const app = createApp(server.ctx);
    for (const { method, path } of routeList)
      expect(app.hasRoute({ method, url: urlOf(path) }), path).toBe(true);
    expect(() => mount(app, server.ctx, 'models.get', async () => ({ status: 200 }))).toThrow(
      /already declared/,
    );
    await app.close();
  });

  it('without a declared permission keep the server from starting', async () => {
    const app = createApp(server.ctx);
    const bare = { ...routes['models.get'], id: 'bare', path: '/v1/bare', touches: {} };
    Object.assign(routes, { bare });
    expect(() => mount(app, server.ctx, 'bare' as never, async () => ({ status: 200 }))).toThrow(
      'bare declares no permission',
    );
    await app.close();
  });
});

describe('an empty query parameter', () => {
  const fields = routeList.flatMap(({ id, query }: Route) =>
    Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ id, name, schema })),
  );
  // docs/filter.md: an empty filter matches every object, an empty order is the default. An empty `expect` is 412.
  const documented = new Set(['filter', 'orderBy', 'expect']);

  it('is refused by every list, instead of selecting everything', () => {
    const accepted = fields
      .filter(({ name, schema }) => !documented.has(name) && (schema as z.ZodType).safeParse('').success)
      .map(({ id, name }) => `${id} ${name}`);
    expect(accepted).toEqual([]);
  });
});

it('logs one line for each request, with its id, route and status, without headers', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const app = createApp({ ...server.ctx, log });
  const headers = {
    host: 'localhost',
    'x-request-id': 'r-1',
    authorization: 'Bearer hunter2',
    cookie: 'session=hunter2',
  };
  await app.inject({ url: '/v1/models/ai%2Fnosuch', headers });
  await app.inject({ url: '/v1/models/%', headers });
  const answered = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
  expect(answered).toEqual([
    expect.objectContaining({
      reqId: 'r-1',
      route: 'models.get',
      method: 'GET',
      status: 404,
      url: '/v1/models/ai%2Fnosuch',
    }),
    expect.objectContaining({ reqId: 'r-1', route: 'none', status: 400 }),
  ]);
  expect(lines.join('')).not.toContain('hunter2');
  await app.close();
});

it('500: an unexpected error hides its cause and logs it', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const blobs = { ...server.ctx.blobs, write: () => Promise.reject(new Error('the secret cause')) };
  const app = createApp({ ...server.ctx, log, blobs });
  await server.api('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  const answer = await app.inject({
    method: 'PUT',
    url: '/v1/models/ai%2Fyolo/files/x',
    headers: { host: 'localhost', 'x-request-id': 'r-2' },
    payload: 'x',
  });
  expect(answer.json()).toMatchObject({
    status: 500,
    code: 'internal',
    detail: 'The server failed. Its log has the cause under the request id.',
    requestId: 'r-2',
  });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reqId: 'r-2', err: { message: 'the secret cause' } });
  await app.close();
});

it('503 with Retry-After: every read and delete while the database does not answer', async () => {
  const db = openDatabase({ url: 'postgres://me:hunter2@127.0.0.1:1/modelbox', connectionTimeout: 2000 });
  const app = createApp({ ...server.ctx, db });
  const id = '00000000-0000-7000-8000-000000000000';
  const queries: Record<string, string> = {
    resolve: `?ref=${id}`,
    'uploads.list': `?model=${id}`,
    'models.aliases.explain': `?version=${id}`,
  };
  for (const { id: route, method, path, public: isPublic } of routeList.filter(
    // An open server identifies its caller without the database.
    (route) => route.body === undefined && route.id !== 'whoami',
  )) {
    if (isPublic) continue;
    const url = path
      .replace('{namespace}', 'ai')
      .replace('{alias}', 'prod')
      .replace('{path*}', 'x')
      .replace('{principal}', 'user:x')
      .replace(/\{[^}]*\}/g, id);
    const answer = await app.inject({
      method,
      url: url + (queries[route] ?? ''),
      headers: { host: 'localhost' },
    });
    expect({ url, method, status: answer.statusCode }).toEqual({ url, method, status: 503 });
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toMatchObject({
      code: 'unavailable',
      detail: 'The database does not answer. Send the request again later.',
    });
  }
  await app.close();
  await db.close();
});
