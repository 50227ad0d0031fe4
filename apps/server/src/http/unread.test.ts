import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newModel } from '../../testing/objects.ts';
import { connectRaw } from '../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, type Person } from '../../testing/tokens.ts';
import { callerOf } from './unread.ts';

const MIB = 2 ** 20;
/** Bytes of a page: far more than the buffers of a connection can contain. */
const ANSWER = 24 * MIB;

let server: TestServer;
let path: string;

beforeAll(async () => {
  server = await startTestServer({
    pageBytes: 2 * ANSWER,
    unreadAnswers: 60 * MIB,
    answerStallTimeout: 8_000,
  });
  path = await largeList(server);
});
afterAll(() => server?.stop());

async function largeList(of: TestServer, ok?: Callers['ok']): Promise<string> {
  const { id } = ok ? await ok('POST', '/v1/models', { namespace: 'ai', name: 'large' }) : await newModel(of);
  await of.db.requests.query(
    `INSERT INTO events (id, object_kind, object_id, name, source, time, metadata, created_by, created_at)
     SELECT gen_random_uuid(), 'model', $1, 'seen', 'test', now(),
       json_build_object('note', repeat('x', $2::int)), 'test', now()
     FROM generate_series(1, 800)`,
    [id, Math.ceil(ANSWER / 800)],
  );
  return `/v1/models/${id}/events?limit=1000`;
}

/** Sends a request on a connection that reads nothing; returns the server's side of it too. */
async function ask(of: TestServer, url: string, headers = '') {
  const accepted = once(of.app.server, 'connection');
  const connection = await connectRaw(of.url);
  const [theirs] = (await accepted) as [Socket];
  connection.socket.pause();
  connection.send(`GET ${url} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  return { connection, theirs };
}

const figure = async (of: TestServer, name: string): Promise<number> =>
  Number(/ (\d+)$/m.exec(await of.ctx.telemetry.registry.getSingleMetricAsString(name))?.[1]);

const unread = (of: TestServer) => figure(of, 'modelbox_unread_answer_bytes');

it('200: twelve clients that read nothing use bounded memory, and are cut off after the timeout', async () => {
  const asked: Awaited<ReturnType<typeof ask>>[] = [];
  for (let i = 0; i < 12; i++) {
    const each = await ask(server, path);
    asked.push(each);
    await expect.poll(() => each.theirs.bytesWritten > 0, { timeout: 20_000 }).toBe(true);
  }
  let most = 0;
  await expect
    .poll(
      async () => {
        const bytes = await unread(server);
        most = Math.max(most, bytes);
        return most > 0 && asked.filter(({ theirs }) => theirs.destroyed).length >= 2 && bytes === 0;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  expect(most).toBeGreaterThanOrEqual(ANSWER);
  expect(most).toBeLessThanOrEqual(60 * MIB);
  const cutOff = asked.filter(({ theirs }) => theirs.destroyed);
  const short = asked.filter(({ theirs }) => !theirs.destroyed);
  for (const { connection } of asked) connection.socket.resume();
  for (const { connection } of cutOff) expect((await connection.closed()).length).toBeLessThan(ANSWER);
  for (const { connection } of short) {
    const { input } = await connection.until(/"nextCursor":"[^"]+"\}$/);
    expect(input).toMatch(/^HTTP\/1.1 200 /);
    expect(input.length).toBeLessThan(100 * 1024);
    connection.socket.destroy();
  }
  expect(short.length).toBeGreaterThan(0);
}, 120_000);

it('200: a slow reader that keeps reading gets the whole answer', async () => {
  const response = await fetch(`${server.url}${path}`);
  let length = 0;
  let pauses = 0;
  for await (const chunk of response.body!) {
    length += chunk.length;
    if (length > (pauses + 1) * 3 * MIB) {
      pauses++;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  expect(pauses).toBeGreaterThan(5);
  expect(length).toBe(Number(response.headers.get('content-length')));
  await expect.poll(() => unread(server)).toBe(0);
}, 120_000);

it('200: a connection that was idle for longer than the stall timeout serves the next request', async () => {
  const hasty = await startTestServer({ answerStallTimeout: 300 });
  const connection = await connectRaw(hasty.url);
  connection.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await connection.until(/"status":"ok"/);
  // Longer than an answer may stall.
  await new Promise((resolve) => setTimeout(resolve, 900));
  connection.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect((await connection.closed()).match(/"status":"ok"/g)).toHaveLength(2);
  await hasty.stop();
});

it('200: one caller cannot use all of the memory and gets a shorter page; another one gets a whole page', async () => {
  const known = await startTestServer({
    auth: 'tokens',
    pageBytes: 2 * ANSWER,
    unreadAnswers: 120 * MIB,
    answerStallTimeout: 60_000,
  });
  const callers = await callersOf(known);
  const list = await largeList(known, callers.ok);
  const [ann, ben] = [await callers.user({ ai: 'viewer' }), await callers.user({ ai: 'viewer' })];
  const first = await ask(known, list, `Authorization: Bearer ${ann.secret}\r\n`);
  await expect.poll(() => unread(known), { timeout: 10_000 }).toBeGreaterThan(ANSWER);
  const { items, nextCursor } = (await ann.api('GET', list)).body;
  expect(items.length).toBeGreaterThan(0);
  expect(JSON.stringify(items).length).toBeLessThan(30 * MIB - ANSWER);
  const next = (await ann.api('GET', `${list}&cursor=${encodeURIComponent(nextCursor)}`)).body;
  expect(next.items[0].id).not.toBe(items.at(-1).id);
  expect((await ann.api('GET', '/v1/whoami')).status).toBe(200);
  expect((await ben.api('GET', list)).body.items).toHaveLength(800);
  first.connection.socket.destroy();
  await expect.poll(() => unread(known)).toBe(0);
  expect((await ann.api('GET', list)).body.items).toHaveLength(800);
  await known.stop();
}, 120_000);

describe('strangers who read nothing', () => {
  const COUNT = 100;

  it.each(['/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/openapi.json'])(
    '200: %s is one buffer for all of them, and uses no memory of answers',
    async (url) => {
      const known = await startTestServer({ auth: 'tokens', unreadAnswers: MIB });
      const response = await fetch(`${known.url}${url}`);
      const whole = Buffer.from((await response.arrayBuffer()) as ArrayBuffer);
      const accepted: Socket[] = [];
      known.app.server.on('connection', (socket: Socket) => accepted.push(socket));
      const before = process.memoryUsage().arrayBuffers;
      const asked = await Promise.all(
        Array.from({ length: COUNT }, (_, n) => connectRaw(known.url, `127.0.1.${n + 1}`)),
      );
      for (const { socket, send } of asked) {
        socket.pause();
        send(`GET ${url} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
      await expect
        .poll(() => accepted.filter(({ bytesWritten }) => bytesWritten > 0).length, { timeout: 20_000 })
        .toBe(COUNT);
      expect(await unread(known)).toBe(0);
      // The sockets of the clients in this process need some megabytes too.
      const most = Math.max(16 * MIB, (COUNT / 4) * whole.byteLength);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(most);
      for (const { socket } of asked) socket.resume();
      for (const each of asked) {
        await each.until(/^HTTP\/1.1 200 /);
        if (each !== asked[0]) each.socket.destroy();
      }
      const end = whole.subarray(-100).toString('latin1');
      await expect.poll(() => asked[0]?.text().endsWith(end), { timeout: 10_000 }).toBe(true);
      asked[0]?.socket.destroy();
      await known.stop();
    },
    60_000,
  );

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6'],
    ['203.0.113.7', '::ffff:203.0.113.7'],
  ])('%s and %s are one caller', (one, other) => {
    const [first, second, third] = [one, other, '2001:db8:1:3::1'].map((ip) =>
      callerOf({ ip, raw: {} } as FastifyRequest),
    );
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe('with a caller whose unread answers fill the memory', () => {
  let known: TestServer;
  let cam: Person;
  let version: string;
  const SHARE = 15 * MIB;
  /** More than 64 KiB. */
  const metadata = { note: 'x'.repeat(60_000) };
  const description = 'y'.repeat(8_000);

  beforeAll(async () => {
    known = await startTestServer({ auth: 'tokens', unreadAnswers: 4 * SHARE });
    cam = await (await callersOf(known)).user({ ai: 'contributor' });
    const model = await cam.api('POST', '/v1/models', { namespace: 'ai', name: 'm' });
    const fields = { version: 'v1', files: [], metadata, description };
    const made = await cam.api('POST', `/v1/models/${model.body.id}/versions`, fields);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    version = `/v1/versions/${made.body.id}`;
  });
  afterAll(() => known?.stop());

  it('503: HEAD is refused like GET', async () => {
    const release = known.ctx.answers.hold(SHARE, cam.name);
    for (const method of ['GET', 'HEAD']) {
      const refused = await cam.api(method, version);
      expect([method, refused.status, refused.headers.get('retry-after')]).toEqual([method, 503, '1']);
    }
    release();
    expect((await cam.api('HEAD', version)).status).toBe(200);
    await expect.poll(() => unread(known)).toBe(0);
  });

  it('503: a large read is refused; 200: a write still answers', async () => {
    const release = known.ctx.answers.hold(SHARE, cam.name);
    const refused = await cam.api('GET', version);
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body.detail).toContain('Unread answers');
    const written = await cam.api('PATCH', version, { description: description.toUpperCase() });
    expect(written).toMatchObject({
      status: 200,
      body: { description: description.toUpperCase(), metadata },
    });
    release();
    expect((await cam.api('GET', version)).status).toBe(200);
  });

  it('503: beyond 1.5 times the bound, a write is refused before it changes anything', async () => {
    const before = (await cam.api('GET', version)).body;
    const release = known.ctx.answers.hold(1.5 * SHARE, cam.name);
    for (const refused of [
      await cam.api('PATCH', version, { description: 'other' }),
      await cam.api('PUT', `${version}/files/a.bin`, 'content'),
    ]) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(refused.body.detail).toContain('Nothing was changed');
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    expect((await cam.api('GET', '/v1/whoami')).status).toBe(200);
    release();
    expect((await cam.api('GET', version)).body).toEqual(before);
    expect((await cam.api('PATCH', version, { description: 'other' })).status).toBe(200);
  });
});
