import { afterAll, beforeAll, expect, it } from 'vitest';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('deletes an alias during a concurrent move', async () => {
  const model = `/v1/models/${ref('ai/yolo')}`;
  await server.api('POST', '/v1/models', { namespace: 'ai', name: 'yolo' });
  for (const version of ['v0', 'v1', 'v2', 'v3'])
    await server.api('POST', `${model}/versions`, { version, files: [] });
  const statuses: number[] = [];
  for (let round = 0; round < 15; round++) {
    await server.api('PUT', `${model}/aliases/prod`, { version: 'v0' });
    const moves = [1, 2, 3, 1, 2, 3].map((n) =>
      server.api('PUT', `${model}/aliases/prod`, { version: `v${n}` }),
    );
    const [deleted] = await Promise.all([server.api('DELETE', `${model}/aliases/prod`), ...moves]);
    statuses.push(deleted.status);
  }
  expect(new Set(statuses)).toEqual(new Set([204]));
});
