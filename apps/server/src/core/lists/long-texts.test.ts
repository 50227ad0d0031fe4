import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('pages through a list that is ordered by a long text', async () => {
  const description = '漢'.repeat(5000);
  for (const name of ['a', 'b', 'c']) {
    await server.api('POST', '/v1/models', {
      namespace: 'ai',
      name,
      description,
      metadata: { note: description },
    });
  }
  for (const orderBy of ['description', 'metadata.note DESC, description']) {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await server.api(
        'GET',
        `/v1/models?limit=1&orderBy=${encodeURIComponent(orderBy)}${cursor}`,
      );
      expect(page.status).toBe(200);
      seen.push(page.body.items[0].name);
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
  }
});

it('returns 422 for a file path that is too long for an index', async () => {
  const path = Array.from({ length: 14 }, () => '漢'.repeat(80)).join('/');
  const model = await server.api('POST', '/v1/models', { namespace: 'ai', name: 'paths' });
  const answer = await server.api('POST', `/v1/models/${model.body.id}/files`, {
    files: [{ path, uri: 's3://a/b' }],
  });
  expect(answer.status).toBe(422);
  expect(answer.body.errors[0]).toMatchObject({ pointer: '/files/0/path' });
});
