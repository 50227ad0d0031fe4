import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newModel } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const resolve = (reference: string) => server.api('GET', `/v1/resolve?ref=${ref(reference)}`);

/** Makes a model `ref/<name>` with one version. */
async function modelWith(version: object): Promise<{ name: string; id: string; version: any }> {
  const model = await newModel(server, { namespace: 'ref/n\u00e4', name: freshName('m?') });
  const made = await server.api('POST', `/v1/models/${model.id}/versions`, { version: 'v1', ...version });
  return { name: `${model.namespace}/${model.name}`, id: model.id, version: made.body };
}

describe('GET /v1/resolve', () => {
  it('resolves an alias, version or id to the version, its fixed reference and all files', async () => {
    const { name, id, version } = await modelWith({ aliases: ['prod'] });
    await server.api('POST', `/v1/versions/${version.id}/files`, { files: ['s3://b/tracked.pt'] });
    await server.api('PUT', `/v1/versions/${version.id}/files/${ref('dir a/st\u00fcck?.bin')}`, 'content', {
      'content-type': 'application/octet-stream',
    });
    await server.api('POST', `/v1/versions/${version.id}/finalize`);
    const forms = [`${name}@prod`, `${name}:v1`, version.id, `${name}:v1`.normalize('NFD')];
    for (const form of forms) {
      const resolved = await resolve(form);
      expect(resolved.status).toBe(200);
      expect(resolved.body.reference).toBe(`${name}:v1`);
      expect(resolved.body.version).toEqual((await server.api('GET', `/v1/versions/${version.id}`)).body);
      const [stored, tracked] = resolved.body.files;
      expect(tracked).toMatchObject({ uri: 's3://b/tracked.pt', url: 's3://b/tracked.pt' });
      expect(stored).toMatchObject({ path: 'dir a/st\u00fcck?.bin', uri: null });
      const fetched = await fetch(server.url + stored.url);
      expect(await fetched.text()).toBe('content');
    }
    await server.api('POST', `/v1/models/${id}/versions`, { version: 'v2', files: [], aliases: ['prod'] });
    expect((await resolve(`${name}@prod`)).body.version.version).toBe('v2');
    expect((await resolve(`${name}:v1`)).body.version.version).toBe('v1');
  });

  it('returns all files, even if the version shows only the first ones', async () => {
    const files = Array.from({ length: 130 }, (_, i) => `s3://b/${String(i).padStart(4, '0')}.bin`);
    const { name } = await modelWith({ files });
    const { body } = await resolve(`${name}:v1`);
    expect(body.version.files).toHaveLength(100);
    expect(body.version.fileCount).toBe(130);
    expect(body.files.map((file: any) => file.url)).toEqual(files);
  });

  it('does not confuse aliases and versions', async () => {
    const { name } = await modelWith({ files: [], aliases: ['prod'] });
    expect((await resolve(`${name}:prod`)).status).toBe(404);
    expect((await resolve(`${name}@v1`)).status).toBe(404);
  });

  it('returns 409 for a pending version', async () => {
    const { name, version } = await modelWith({ aliases: ['prod'] });
    expect((await resolve(`${name}:v1`)).body).toMatchObject({
      status: 409,
      code: 'not_ready',
      id: version.id,
    });
    expect((await resolve(`${name}@prod`)).status).toBe(404);
  });

  it('returns 404 for a deleted version until it is restored', async () => {
    const { name, version } = await modelWith({ files: [] });
    await server.api('DELETE', `/v1/versions/${version.id}`);
    expect((await resolve(`${name}:v1`)).body).toMatchObject({ code: 'not_found', id: version.id });
    await server.api('POST', `/v1/versions/${version.id}/restore`);
    expect((await resolve(`${name}:v1`)).status).toBe(200);
  });

  it.each([
    'ai',
    'ai/vision/yolo',
    'ai/none:v1',
    'ai/none@prod',
    '@',
    ':',
    'a/b@',
    'a/b:c:d',
    '/b:v',
    'b:v1',
  ])('returns 404 for %j', async (reference) => {
    const missing = await resolve(reference);
    expect(missing.status).toBe(404);
    expect(missing.body.errors[0]).toMatchObject({ in: 'query', pointer: '/ref' });
  });

  it('returns 422 without a reference, or with an unknown parameter', async () => {
    expect((await server.api('GET', '/v1/resolve')).status).toBe(422);
    expect((await server.api('GET', '/v1/resolve?ref=')).status).toBe(422);
    expect((await server.api('GET', '/v1/resolve?ref=a/b:v&x=1')).status).toBe(422);
    expect((await server.api('GET', `/v1/resolve?ref=${'a'.repeat(901)}`)).status).toBe(422);
  });
});
