import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { openS3Store } from '@modelbox/blobs';
import { describeWithS3 } from '@modelbox/blobs/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newExperiment } from '../../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../../testing/test-server.ts';

await describeWithS3('GET …/files/{path}?redirect=true on S3', (bucket) => {
  let server: TestServer;
  let folder: string;
  let logged = '';
  const content = randomBytes(300_000);
  const name = 'größe "1".html';
  beforeAll(async () => {
    const sink = new Writable({
      write(chunk, _encoding, done) {
        logged += chunk;
        done();
      },
    });
    const log = pino({ level: 'trace' }, sink);
    server = await startTestServer({}, await openS3Store(bucket.options()), undefined, log);
    folder = `${server.url}/v1/experiments/${(await newExperiment(server)).id}/files`;
    await put(name, content, 'text/html');
  });
  afterAll(() => server.stop());

  const urlOf = (path: string) => `${folder}/${ref(path)}?redirect=true`;
  async function put(path: string, body: Buffer, type: string): Promise<void> {
    const headers = { 'content-type': type };
    const { status } = await fetch(`${folder}/${ref(path)}`, { method: 'PUT', headers, body });
    expect(status).toBe(201);
  }
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(urlOf(path), { method, headers, redirect: 'manual' });

  it('returns 307 to a signed URL that expires, and that no cache stores', async () => {
    const response = await ask(name);
    expect(response.status).toBe(307);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('');
    const location = new URL(String(response.headers.get('location')));
    expect(location.origin).toBe(bucket.options().endpoint);
    expect(location.searchParams.get('X-Amz-Expires')).toBe('900');
    // The signature is valid for this request only.
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(403);
    location.searchParams.set('response-content-disposition', 'inline');
    expect((await fetch(location)).status).toBe(403);
  });

  it('lets the client download the bytes from S3, as an attachment with their file name', async () => {
    const response = await fetch(urlOf(name));
    expect([response.status, response.redirected]).toEqual([200, true]);
    expect(new URL(response.url).origin).toBe(bucket.options().endpoint);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="gr__e _1_.html"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.html`,
    );
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  it('lets S3 serve ranges', async () => {
    const response = await fetch(urlOf(name), { headers: { range: 'bytes=10-19' } });
    expect([response.status, response.redirected]).toEqual([206, true]);
    expect(Buffer.from(await response.arrayBuffer()).equals(content.subarray(10, 20))).toBe(true);
  });

  it('answers HEAD, 304, 412 and 416 itself', async () => {
    const head = await ask(name, {}, 'HEAD');
    const etag = String(head.headers.get('etag'));
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000']);
    expect((await ask(name, { 'if-none-match': etag })).status).toBe(304);
    expect((await ask(name, { 'if-match': '"other"' })).status).toBe(412);
    expect((await ask(name, { range: 'bytes=300000-' })).status).toBe(416);
  });

  it('returns 409 for tracked, damaged or lost content, without a redirect', async () => {
    await server.api('POST', new URL(folder).pathname, { files: ['s3://b/tracked.pt'] });
    const problem = async (path: string) => {
      const response = await ask(path);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await problem('tracked.pt')).toEqual([409, 'file_is_tracked']);
    expect(await problem('none')).toEqual([404, 'not_found']);
    const keyOf = async (size: number): Promise<string> =>
      (await server.db.requests.query('SELECT key FROM blobs WHERE size_bytes = $1', [size])).rows[0].key;
    await put('lost.bin', randomBytes(1001), 'a/b');
    await server.ctx.blobs.delete(await keyOf(1001));
    expect(await problem('lost.bin')).toEqual([409, 'file_corrupt']);
    await put('known.bin', randomBytes(1002), 'a/b');
    await server.db.requests.query('UPDATE blobs SET corrupt_at = now() WHERE size_bytes = 1002');
    expect(await problem('known.bin')).toEqual([409, 'file_corrupt']);
  });

  it('logs no signed URL', async () => {
    logged = '';
    await (await fetch(urlOf(name))).arrayBuffer();
    await expect.poll(() => logged).toContain('redirect=true');
    expect(logged).not.toMatch(/X-Amz|Signature/i);
  });
});
