import { openDatabase } from '@modelbox/db';
import { type Route, routeList, subjectsOf } from '@modelbox/schema';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainBody } from '../../../testing/access-world.ts';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Callers, callersOf } from '../../../testing/tokens.ts';
import { createApp } from '../../app/app.ts';
import { storeEvent } from './events.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server.stop());

let requests = 0;
/** Headers with a unique request id, which finds the entry. */
const named = (more: Record<string, string> = {}) => {
  const requestId = `denied-${++requests}`;
  return { requestId, headers: { 'x-request-id': requestId, ...more } };
};
const entriesOf = (requestId: string) => auditOf(callers.admin, { requestId });

const urlOf = (route: Route, values: Record<string, string> = {}): string => {
  const path = route.path.replace(/\{([^}]*)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? 'x'),
  );
  const query = Object.values(route.touches).flatMap(({ at, kind }) =>
    at.startsWith('query.') ? [`${at.slice(6)}=${encodeURIComponent(values[kind] ?? 'x')}`] : [],
  );
  return query.length > 0 && route.method === 'GET' ? `${path}?${query[0]}` : path;
};

const nonPublic = routeList.filter((route) => !route.public);

describe('an attempt without credentials', () => {
  it.each(nonPublic.map((route) => [route.id, route] as const))(
    'at %s is recorded once',
    async (id, route) => {
      const { requestId, headers } = named();
      expect((await server.api(route.method, urlOf(route), plainBody(route), headers)).status).toBe(401);
      expect(await entriesOf(requestId)).toEqual([
        {
          id: expect.stringMatching(/^\d+$/),
          at: expect.any(String),
          outcome: 'denied',
          actor: null,
          tokenId: null,
          address: '127.0.0.1',
          requestId,
          action: null,
          method: route.method,
          route: id,
          status: 401,
          permission: null,
          object: null,
          namespace: null,
          fields: null,
          detail: 'This server needs a token: send it as `Authorization: Bearer …`.',
          repeats: 1,
          lastAt: null,
        },
      ]);
    },
  );

  it('at a public route is recorded only if the route is not open to everyone', async () => {
    const { requestId, headers } = named();
    expect((await server.api('GET', '/metrics', undefined, headers)).status).toBe(401);
    expect((await server.api('GET', '/healthz', undefined, headers)).status).toBe(200);
    expect(await entriesOf(requestId)).toMatchObject([{ route: 'system.metrics', actor: null, status: 401 }]);
  });
});

describe('an attempt with invalid credentials', () => {
  const attempt = async (secret: string) => {
    const { requestId, headers } = named({ authorization: `Bearer ${secret}` });
    expect((await server.api('GET', '/v1/models', undefined, headers)).status).toBe(401);
    return entriesOf(requestId);
  };

  it('is recorded with token and principal if the token is revoked, expired or bound to other networks', async () => {
    const principal = 'service:former';
    const revoked = await callers.token({ principal });
    await callers.ok('DELETE', `/v1/tokens/${revoked.id}`);
    const elsewhere = await callers.token({ principal, networks: ['192.0.2.0/24'] });
    const over = await callers.token({
      principal,
      expiresAt: new Date(server.ctx.now().getTime() + 1000).toISOString(),
    });
    server.advance(2_000);
    for (const { id, secret } of [revoked, elsewhere, over])
      expect(await attempt(secret)).toMatchObject([{ actor: principal, tokenId: id, status: 401 }]);
  });

  it('is recorded without a token if the token is unknown', async () => {
    for (const secret of ['mb_nonsense', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.'])
      expect(await attempt(secret)).toMatchObject([{ actor: null, tokenId: null, object: null }]);
  });
});

describe('an attempt of a known caller', () => {
  it('that is 403 or 404 on an object of a namespace is recorded once, with the object', async () => {
    const { ok } = callers;
    const namespace = freshName('ns');
    const model = await ok('POST', '/v1/models', { namespace, name: 'm' });
    const version = await ok('POST', `/v1/models/${model.id}/versions`, { version: 'v1', files: [] });
    const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
    const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1 });
    const dataset = await ok('POST', '/v1/datasets', { namespace, name: 'val' });
    const upload = await ok('POST', '/v1/uploads', { model: model.id, path: 'u', sizeBytes: 1 });
    const values: Record<string, string> = {
      namespace,
      model: model.id,
      version: version.id,
      experiment: run.id,
      checkpoint: checkpoint.id,
      dataset: dataset.id,
      upload: upload.id,
      part: '1',
      principal: 'user:x',
      policy: model.id,
    };
    const stranger = await callers.user({ [freshName('elsewhere')]: 'admin' });
    const powerless = await callers.holder(namespace, ['event.write']);
    let count = 0;
    for (const route of nonPublic) {
      const first = route.touches[subjectsOf(route)[0] ?? ''];
      // These routes are tried with an existing object. Other tests cover the objects of the remaining routes.
      const named1 = first?.at.startsWith('params.') || first?.at.startsWith('query.');
      if (first === undefined || !named1 || first.when !== undefined || values[first.kind] === undefined)
        continue;
      const { id, method } = route;
      for (const caller of [stranger, powerless]) {
        if (caller === powerless && first.permission === 'event.write') continue;
        const { requestId, headers } = named();
        const answer = await caller.api(method, urlOf(route, values), plainBody(route), headers);
        expect([id, answer.status]).toEqual([id, caller === stranger ? 404 : 403]);
        expect([id, await entriesOf(requestId)]).toMatchObject([
          id,
          [
            {
              outcome: 'denied',
              actor: caller === stranger ? stranger.name : 'service:test',
              tokenId: caller.id,
              method,
              route: id,
              status: answer.status,
              permission: first.permission,
              object: {
                kind: first.kind,
                id: first.kind === 'namespace' ? expect.any(String) : values[first.kind],
              },
              namespace,
              detail:
                caller === stranger
                  ? null
                  : `This request needs the permission ${first.permission} on ${namespace}. Use a token with it, ` +
                    `or ask an admin of ${namespace} for a role with it.`,
            },
          ],
        ]);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(150);
  });

  it('that is 404 in a hidden namespace is recorded, whether the object exists or not', async () => {
    const stranger = await callers.user({});
    const cases: [string, string, unknown, object][] = [
      ['GET', `/v1/models/${ref('secret/none')}`, undefined, { kind: 'model', id: null, name: 'none' }],
      [
        'GET',
        `/v1/resolve?ref=${ref('secret/m@prod')}`,
        undefined,
        { kind: 'version', id: null, name: 'm@prod' },
      ],
      ['GET', '/v1/models?namespace=secret', undefined, { kind: 'namespace', id: null, name: 'secret' }],
      [
        'POST',
        '/v1/models',
        { namespace: 'secret', name: 'm' },
        { kind: 'namespace', id: null, name: 'secret' },
      ],
    ];
    for (const [method, path, body, object] of cases) {
      const { requestId, headers } = named();
      expect((await stranger.api(method, path, body, headers)).status).toBe(404);
      expect(await entriesOf(requestId)).toMatchObject([{ status: 404, object, namespace: 'secret' }]);
    }
    // A 404 without a named object is no denial.
    const { requestId, headers } = named();
    const nowhere = '/v1/models/00000000-0000-7000-8000-000000000000';
    expect((await stranger.api('GET', nowhere, undefined, headers)).status).toBe(404);
    expect(await entriesOf(requestId)).toEqual([]);
  });

  it('that a verb denies with 403 or 404 is recorded too', async () => {
    const user = await callers.user({});
    const other = await callers.token({ principal: 'user:other' });
    const cases: [string, string, unknown, number, object][] = [
      [
        'POST',
        '/v1/tokens',
        { name: 'x', administrator: true },
        403,
        { route: 'tokens.create', object: null },
      ],
      ['GET', '/v1/tokens?principal=user:other', undefined, 403, { route: 'tokens.list', object: null }],
      ['GET', '/v1/audit', undefined, 403, { route: 'audit.list', object: null }],
      ['GET', '/v1/audit/export', undefined, 403, { route: 'audit.export', object: null }],
      [
        'DELETE',
        `/v1/tokens/${other.id}`,
        undefined,
        404,
        { object: { kind: 'token', id: other.id, name: 'test' } },
      ],
    ];
    for (const [method, path, body, status, entry] of cases) {
      const { requestId, headers } = named();
      expect((await user.api(method, path, body, headers)).status).toBe(status);
      expect(await entriesOf(requestId)).toMatchObject([
        { actor: user.name, tokenId: user.id, status, ...entry },
      ]);
    }
  });

  it('with HEAD is recorded too', async () => {
    const { requestId, headers } = named();
    await server.api('HEAD', '/v1/models', undefined, headers);
    expect(await entriesOf(requestId)).toMatchObject([{ method: 'HEAD', route: 'models.list' }]);
  });
});

it('records as many entries as there are denials, for all requests and callers', async () => {
  const namespaces = [freshName('a'), `${freshName('b')}/c`];
  const askers: { headers: Record<string, string>; own: string | undefined }[] = [
    { headers: {}, own: undefined },
    { headers: { authorization: 'Bearer mb_none' }, own: undefined },
  ];
  /** Existing and missing objects that a request can name, with their namespaces. */
  const targets: { text: string; namespace: string | undefined }[] = [
    { text: '00000000-0000-7000-8000-000000000000', namespace: undefined },
    { text: 'nowhere/m', namespace: 'nowhere' },
  ];
  for (const namespace of namespaces) {
    const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'm' });
    for (const text of [id, `${namespace}/m`, `${namespace}/none`]) targets.push({ text, namespace });
    for (const role of ['viewer', 'contributor', 'admin'] as const) {
      const { secret } = await callers.user({ [namespace]: role });
      askers.push({ headers: { authorization: `Bearer ${secret}` }, own: namespace });
    }
  }
  type Target = (typeof targets)[number];
  const ofModel = (method: string, rest = '', body?: unknown) => ({
    method,
    url: ({ text }: Target) => `/v1/models/${ref(text)}${rest}`,
    place: ({ namespace }: Target) => namespace,
    body,
  });
  const ofNamespace = (method: string, url: (namespace: string) => string, body?: unknown) => ({
    method,
    url: ({ namespace = 'nowhere/else' }: Target) => url(ref(namespace)),
    place: ({ namespace = 'nowhere/else' }: Target) => namespace,
    body,
  });
  const ofNone = (method: string, url: string, body?: unknown) => ({
    method,
    url: () => url,
    place: () => undefined,
    body,
  });
  const asks = [
    ofModel('GET'),
    ofModel('HEAD'),
    ofModel('PATCH', '', { task: 'x' }),
    ofModel('PATCH', '', { nosuch: 'x' }),
    ofModel('GET', '/files/none'),
    ofModel('POST', '/versions', {}),
    ofModel('GET', '/versions?nosuch=1'),
    ofNamespace('GET', (namespace) => `/v1/models?namespace=${namespace}`),
    ofNamespace('GET', (namespace) => `/v1/audit?namespace=${namespace}`),
    ofNamespace('PUT', (namespace) => `/v1/namespaces/${namespace}/grants/user:x`, { role: 'viewer' }),
    ofNone('GET', '/v1/audit'),
    ofNone('GET', '/v1/whoami'),
    ofNone('POST', '/v1/tokens', { name: 'x', principal: 'user:x' }),
  ];
  const isWithin = (place: string, own: string) => place === own || place.startsWith(`${own}/`);
  const one = fc.tuple(fc.constantFrom(...asks), fc.constantFrom(...askers), fc.constantFrom(...targets));
  const seen = { denied: 0, hidden: 0, other: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 12 }), async (batch) => {
      const answered = await Promise.all(
        batch.map(async ([ask, asker, target]) => {
          const { requestId, headers } = named(asker.headers);
          const { status } = await server.api(ask.method, ask.url(target), ask.body, headers);
          const place = ask.place(target);
          const isHidden =
            status === 404 && place !== undefined && !(asker.own && isWithin(place, asker.own));
          const isDenied = status === 401 || status === 403 || isHidden;
          seen[isHidden ? 'hidden' : isDenied ? 'denied' : 'other'] += 1;
          return { requestId, status, isDenied, what: `${ask.method} ${ask.url(target)}: ${status}` };
        }),
      );
      for (const { requestId, status, isDenied, what } of answered) {
        const entries = await auditOf(callers.admin, { requestId, outcome: 'denied' });
        expect([what, ...entries]).toMatchObject([what, ...(isDenied ? [{ status }] : [])]);
      }
    }),
    { numRuns: 40 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});

it('stores no secret that was sent', async () => {
  const { rows } = await server.db.requests.query<{ text: string }>(
    'SELECT e::text AS text FROM audit_events e UNION ALL SELECT c::text FROM changes c',
  );
  const all = rows.map(({ text }) => text).join('\n');
  expect(rows.length).toBeGreaterThan(200);
  expect(all).not.toMatch(/mb_|eyJ|Bearer [^…]/);
  const { rows: hashes } = await server.db.requests.query<{ hash: Buffer }>('SELECT hash FROM tokens');
  for (const { hash } of hashes) expect(all).not.toContain(hash.toString('hex'));
  const secret = freshName('query-secret');
  await server.api('GET', `/v1/models?filter=${secret}`, undefined, { authorization: `Bearer ${secret}` });
  await server.api('POST', '/v1/models', { name: secret }, { cookie: secret });
  const { rows: found } = await server.db.requests.query(
    'SELECT FROM audit_events e WHERE strpos(e::text, $1) > 0',
    [secret],
  );
  expect(found).toEqual([]);
});

it('counts denied attempts by status', async () => {
  const count = async () => {
    const { body } = await callers.admin('GET', '/metrics');
    return Number(/^modelbox_denied_total\{status="401"\} (\d+)$/m.exec(body)?.[1] ?? 0);
  };
  const before = await count();
  await server.api('GET', '/v1/models');
  expect(await count()).toBe(before + 1);
});

it('returns 503 for a denial that the audit cannot record, and logs it', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const db = openDatabase({ url: 'postgres://me:hunter2@127.0.0.1:1/modelbox', connectionTimeout: 2000 });
  const app = createApp({ ...server.ctx, db, log });
  const { requestId, headers } = named();
  const answer = await app.inject({ url: '/v1/models', headers });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json()).toMatchObject({
    code: 'unavailable',
    detail: expect.stringContaining('cannot record'),
  });
  expect(lines.map((line) => JSON.parse(line)).slice(0, 1)).toMatchObject([
    {
      denied: { route: 'models.list', status: 401, requestId },
      msg: 'a denied attempt could not be recorded',
    },
  ]);
  expect(lines.join('')).not.toContain('hash');
  await app.close();
  await db.close();
});

it('records no denials on an open server', async () => {
  const open = await startTestServer();
  await open.api('GET', `/v1/models/${ref('a/none')}`);
  await open.api('GET', '/v1/models', undefined, { host: 'evil.example' });
  expect(await auditOf(open.api, { outcome: 'denied' })).toEqual([]);
  await open.stop();
});

it('stores events with text that Postgres cannot store, and concurrent events', async () => {
  const event = (requestId: string, name: string) =>
    storeEvent(server.db.audit, {
      ...{
        outcome: 'denied',
        at: new Date(),
        actor: null,
        tokenId: null,
        hash: null,
        address: '::1',
        requestId,
      },
      ...{ method: 'GET', route: 'models.get', status: 404, permission: null, kind: 'model', objectId: null },
      ...{ namespace: 'a', name, detail: null },
    });
  await Promise.all([event('odd-1', 'a\0b\ud800'), event('odd-2', '😀'.repeat(2000)), event('odd-3', 'm')]);
  expect(await entriesOf('odd-1')).toMatchObject([{ object: { name: 'ab\ufffd' } }]);
  expect(await entriesOf('odd-2')).toMatchObject([{ object: { name: '😀'.repeat(512) } }]);
  expect(await entriesOf('odd-3')).toHaveLength(1);
});
