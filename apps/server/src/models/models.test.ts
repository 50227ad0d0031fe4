import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ref, startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('POST /v1/models', () => {
  it('201: makes the model, its namespace and the parents of that', async () => {
    const created = await server.api('POST', '/v1/models', {
      namespace: 'ai/vision/',
      name: 'yolo',
      owner: 'owner@email.com',
      task: 'object_detection',
      metadata: { meta: 'foo' },
      tags: ['b', 'a', 'b'],
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      namespace: 'ai/vision',
      name: 'yolo',
      description: null,
      tags: ['a', 'b'],
    });
    expect(created.headers.get('etag')).toBe('"1"');
    const namespaces = await server.api('GET', '/v1/namespaces');
    expect(namespaces.body['items'].map((n: { path: string }) => n.path)).toEqual(['ai', 'ai/vision']);
  });

  it('200: answers the model that is there, as it is', async () => {
    const again = await server.api('POST', '/v1/models', {
      namespace: 'ai/vision',
      name: 'yolo',
      owner: 'other',
    });
    expect(again.status).toBe(200);
    expect(again.body['owner']).toBe('owner@email.com');
    const read = await server.api('GET', `/v1/models/${ref('ai/vision/yolo')}`);
    expect(read.body).toEqual(again.body);
  });
});
