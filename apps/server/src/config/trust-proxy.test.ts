import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

let trusting: TestServer;
let plain: TestServer;
beforeAll(async () => {
  trusting = await startTestServer({ allowRemote: true, trustProxy: ['127.0.0.0/8'] });
  plain = await startTestServer({ allowRemote: true });
});
afterAll(async () => {
  await trusting.stop();
  await plain.stop();
});

/** Returns the client address in the change of a model that was created through a proxy. */
async function addressOf(server: TestServer): Promise<unknown> {
  const headers = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' };
  const { body } = await server.api('POST', '/v1/models', { namespace: 'ai', name: 'yolo' }, headers);
  const change = await server.db.prisma.change.findFirstOrThrow({ where: { objectId: body.id } });
  return change.address;
}

it('takes the client address from a trusted proxy', async () => {
  expect(await addressOf(trusting)).toBe('198.51.100.9');
});

it('ignores X-Forwarded-For without a trusted proxy', async () => {
  expect(await addressOf(plain)).toBe('127.0.0.1');
});
