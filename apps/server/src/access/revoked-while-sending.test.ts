import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditOf } from '../../testing/audit.ts';
import { freshName } from '../../testing/objects.ts';
import { connectRaw } from '../../testing/raw.ts';
import { ref, startTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Callers, callersOf, type Person } from '../../testing/tokens.ts';
import { digest } from '../../testing/uploads.ts';

// Limits against a hang: a loaded machine needs long to start servers.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 });

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', bodyTimeout: 60_000 });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const CONTENT = Buffer.from('the content of a file');

interface World {
  readonly namespace: string;
  readonly model: string;
  readonly upload: string;
  readonly sender: Person;
}

/** A model with an open upload, and an admin of its namespace who will send something. */
async function newWorld(): Promise<World> {
  const namespace = `${freshName('root')}/team`;
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const { id: upload } = await callers.ok('POST', '/v1/uploads', {
    model,
    path: 'weights.bin',
    sizeBytes: CONTENT.length,
  });
  return { namespace, model, upload, sender: await callers.user({ [namespace]: 'admin' }) };
}

const grantsUrl = ({ namespace }: World): string => `/v1/namespaces/${ref(namespace)}/grants`;
const ownGrant = (world: World): string => `${grantsUrl(world)}/${ref(world.sender.name)}`;

/** Requests whose bodies arrive in two halves. `read` returns all that the request can change. */
const sendings = [
  {
    route: 'namespaces.grants.set',
    url: (world: World) => `${grantsUrl(world)}/${ref('user:friend')}`,
    body: Buffer.from('{"role":"admin"}'),
    headers: ['Content-Type: application/json'],
    read: async (world: World) => {
      const { items } = await callers.ok('GET', grantsUrl(world));
      return items.filter((grant: { principal: string }) => grant.principal === 'user:friend');
    },
  },
  {
    route: 'models.files.upload',
    url: ({ model }: World) => `/v1/models/${model}/files/config.json`,
    body: CONTENT,
    headers: [],
    read: async ({ model }: World) => (await callers.ok('GET', `/v1/models/${model}/files`)).items,
  },
  {
    route: 'uploads.parts.put',
    url: ({ upload }: World) => `/v1/uploads/${upload}/parts/1`,
    body: CONTENT,
    headers: [`Content-Digest: ${digest(CONTENT)}`],
    read: async ({ upload }: World) => (await callers.ok('GET', `/v1/uploads/${upload}/parts`)).items,
  },
];
type Sending = (typeof sendings)[number];

const endings = [
  {
    name: 'a revoked token',
    status: 401,
    end: ({ sender }: World) => callers.ok('DELETE', `/v1/tokens/${sender.id}`),
  },
  {
    name: 'a removed role',
    status: 404,
    end: (world: World) => callers.ok('DELETE', ownGrant(world)),
  },
  {
    name: 'a smaller role',
    status: 403,
    end: (world: World) => callers.ok('PUT', ownGrant(world), { role: 'viewer' }),
  },
];

/** Sends a request, calls `between` after the first half of the body has left, and returns the status. */
async function send(sending: Sending, world: World, between: () => Promise<unknown>): Promise<number> {
  const { body, headers } = sending;
  const head = [
    `PUT ${sending.url(world)} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${world.sender.secret}`,
    `Content-Length: ${body.length}`,
    'Expect: 100-continue',
    ...headers,
  ];
  const connection = await connectRaw(server.url);
  connection.send(`${head.join('\r\n')}\r\n\r\n`);
  // The server asks for the body only after it has authorized the caller.
  await connection.until(/^HTTP\/1.1 100 /);
  connection.send(body.subarray(0, 8));
  await between();
  connection.send(body.subarray(8));
  const [, status] = await connection.until(/\r\n\r\nHTTP\/1.1 (\d+) /);
  connection.socket.destroy();
  return Number(status);
}

/** The status of another write of the sender. */
const statusOfOther = async ({ sender, model }: World): Promise<number> =>
  (await sender.api('PATCH', `/v1/models/${model}`, { description: 'other' })).status;

describe.each(sendings)('a body of $route that arrives slowly', (sending) => {
  it('is stored if the caller may still send it', async () => {
    const world = await newWorld();
    expect(await send(sending, world, async () => {})).toBeLessThan(300);
    expect(await sending.read(world)).toHaveLength(1);
  });

  it.each(endings)('$status: changes nothing after $name', async ({ status, end }) => {
    const world = await newWorld();
    const answered = await send(sending, world, async () => {
      await end(world);
      await expect.poll(() => statusOfOther(world), { timeout: 20_000 }).toBe(status);
    });
    expect(answered).toBe(status);
    expect(await sending.read(world)).toEqual([]);
    const denials = await auditOf(callers.admin, { outcome: 'denied', route: sending.route });
    expect(denials).toContainEqual(expect.objectContaining({ status, actor: world.sender.name }));
  });
});

it('a token that expires while the body arrives may finish its request', async () => {
  const world = await newWorld();
  const expiresAt = new Date(server.ctx.now().getTime() + 3_600_000).toISOString();
  const { body } = await world.sender.api('POST', '/v1/tokens', { name: 'short', expiresAt });
  const short = { ...world, sender: { ...world.sender, secret: body.token } };
  const status = await send(sendings[1] as Sending, short, async () => server.advance(3_600_000));
  expect(status).toBe(201);
});
