import { afterAll, beforeAll, expect, it } from 'vitest';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('lets one of several concurrent restores to one position succeed; the others get 409', async () => {
  await server.api('POST', '/v1/experiments', { namespace: 'ai', name: 'run' });
  const checkpoints = `/v1/experiments/${ref('ai/run')}/checkpoints`;
  for (let round = 0; round < 5; round++) {
    const deleted: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { body } = await server.api('POST', checkpoints, { epoch: round, metadata: { n } });
      await server.api('DELETE', `/v1/checkpoints/${body.id}`);
      deleted.push(body.id);
    }
    const answers = await Promise.all([
      ...deleted.map((id) => server.api('POST', `/v1/checkpoints/${id}/restore`)),
      server.api('POST', checkpoints, { epoch: round, metadata: { n: 'new' } }),
    ]);
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses.slice(1)).toEqual([409, 409, 409, 409]);
    expect([200, 201]).toContain(statuses[0]);
    const living = await server.api('GET', `${checkpoints}?filter=${encodeURIComponent(`epoch = ${round}`)}`);
    expect(living.body.items).toHaveLength(1);
  }
});
