import { readFileSync } from 'node:fs';
import { openDatabase } from '@modelbox/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { createApp } from '../app/app.ts';
import { VERSION } from './version.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('/healthz: the process lives', async () => {
  expect(await server.api('GET', '/healthz')).toMatchObject({
    status: 200,
    body: { status: 'ok', version: VERSION },
  });
});

describe('/readyz', () => {
  it('200: every part answers', async () => {
    const ok = { ok: true };
    expect(await server.api('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { ready: true, checks: { database: ok, migrations: ok, blobs: { ok: true, state: 'ok' } } },
    });
  });

  it('200: a newer release has migrated the database', async () => {
    await server.db.requests.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ('newer', '', now(), '99990101000000_contract_newer', now(), 1)`,
    );
    await expect
      .poll(() => server.api('GET', '/readyz'), { timeout: 20_000 })
      .toMatchObject({
        status: 200,
        body: {
          ready: true,
          checks: { migrations: { ok: true, detail: 'a newer release has migrated the database' } },
        },
      });
    await server.db.requests.query("DELETE FROM _prisma_migrations WHERE id = 'newer'");
  });

  it('503: names the failed part and hides the cause', async () => {
    const blobs = { ...server.ctx.blobs, check: () => Promise.reject(new Error('the secret cause')) };
    const app = createApp({ ...server.ctx, blobs });
    const answer = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.json()).toMatchObject({
      ready: false,
      checks: { database: { ok: true }, blobs: { ok: false, state: 'unavailable' } },
    });
    expect(answer.payload).not.toContain('secret');
    await app.close();
  });

  it('503: the database does not answer', async () => {
    const db = openDatabase({ url: 'postgres://me:hunter2@127.0.0.1:1/modelbox' });
    const app = createApp({ ...server.ctx, db });
    const answer = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      checks: { database: { ok: false }, migrations: { ok: false }, blobs: { ok: true } },
    });
    await app.close();
    await db.close();
  });

  it('503: the database waits for migrations', async () => {
    await server.db.requests.query('ALTER TABLE _prisma_migrations RENAME TO hidden');
    // On a busy machine the last success counts while the check runs.
    await expect
      .poll(() => server.api('GET', '/readyz'), { timeout: 20_000 })
      .toMatchObject({
        status: 503,
        body: { checks: { database: { ok: true }, migrations: { ok: false } } },
      });
    await server.db.requests.query('ALTER TABLE hidden RENAME TO _prisma_migrations');
  });

  it('200 while a check is slow, 503 when it fails, 503 without an earlier success', async () => {
    const check = Promise.withResolvers<void>();
    let checks = 0;
    const slowly = (first: () => Promise<void>) => {
      checks = 0;
      return { ...server.ctx.blobs, check: () => (checks++ === 0 ? first() : check.promise) };
    };
    const ask = async (app: ReturnType<typeof createApp>) =>
      (await app.inject({ url: '/readyz', headers: { host: 'localhost' } })).statusCode;
    const app = createApp({ ...server.ctx, blobs: slowly(() => Promise.resolve()) });
    expect(await ask(app)).toBe(200);
    expect(await ask(app)).toBe(200);
    expect(checks).toBe(2);
    await expect.poll(() => ask(app), { timeout: 20_000 }).toBe(503);
    await app.close();
    const fresh = createApp({ ...server.ctx, blobs: slowly(() => check.promise) });
    expect(await ask(fresh)).toBe(503);
    check.resolve();
    await fresh.close();
  });
});

/** Samples of the Prometheus text format: `name{labels} value`. A line of another form is an error. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (?:HELP|TYPE) [a-z_0-9]+ /.test(line)) continue;
    const [, name, labels = '', value = ''] =
      /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)+\})? (-?(?:\d|\+?Inf|Nan).*)$/.exec(
        line,
      ) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    found.set(`${name}${labels}`, Number(value));
  }
  return found;
}

it('/metrics: counts requests by route and status, and reports pools, event loop, uploads and queue', async () => {
  const { body: model } = await server.api('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  for (let i = 0; i < 3; i++) await server.api('GET', `/v1/models/${model.id}`);
  await server.api('GET', '/v1/models/nosuch');
  await server.api('GET', '/nosuch/path');
  await server.api('PUT', `/v1/models/${model.id}/files/a.bin`, Buffer.from('x'));
  await server.api('PUT', `/v1/models/${model.id}/files/b.bin`, Buffer.from('x'), {
    'x-amz-checksum-sha256': 'A'.repeat(43).concat('='),
  });
  const answer = await server.api('GET', '/metrics');
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const found = samples(answer.body);
  const requests = (labels: string) => found.get(`modelbox_http_request_duration_seconds_count{${labels}}`);
  expect(requests('route="models.get",method="GET",status="200"')).toBe(3);
  expect(requests('route="models.get",method="GET",status="404"')).toBe(1);
  expect(requests('route="none",method="GET",status="404"')).toBe(1);
  expect(requests('route="models.create",method="POST",status="201"')).toBe(1);
  expect(found.get('modelbox_uploads_total{outcome="stored"}')).toBe(1);
  expect(found.get('modelbox_uploads_total{outcome="failed"}')).toBe(1);
  expect(found.get('modelbox_uploads_running')).toBe(0);
  expect(found.get('modelbox_change_queue')).toBeGreaterThan(0);
  expect(found.get('modelbox_database_connections{pool="requests",state="open"}')).toBeGreaterThan(0);
  expect(found.get('modelbox_database_connections{pool="lists",state="waiting"}')).toBe(0);
  expect([...found.keys()].join()).toContain('nodejs_eventloop_lag_p99_seconds');
});

it('/openapi.json is the committed document', async () => {
  const committed = readFileSync(
    new URL('../../../../packages/schema/openapi.json', import.meta.url),
    'utf8',
  );
  const answer = await server.api('GET', '/openapi.json');
  expect(answer.body).toEqual(JSON.parse(committed));
});

describe('/docs', () => {
  it('loads and runs only files of this server', async () => {
    const page = await server.api('GET', '/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'self';.*frame-ancestors 'none'/,
    );
    const named = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target);
    expect(named.filter((target) => !target.startsWith('data:'))).toEqual([
      'docs/swagger-ui.css',
      'docs/swagger-ui-bundle.js',
      'docs/start.js',
    ]);
    for (const target of named.slice(1)) {
      const part = await server.api('GET', `/${target}`);
      expect(part.status).toBe(200);
      expect(part.headers.get('content-type')).toMatch(
        target.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
      );
      expect(part.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await server.api('GET', '/docs/start.js')).body).toContain("url: 'openapi.json'");
  });

  it.each(['package.json', '..%2Fpackage.json', 'nosuch', '__proto__', 'toString'])(
    '404: has no file %s',
    async (part) => {
      expect((await server.api('GET', `/docs/${part}`)).status).toBe(404);
    },
  );
});
