import { createHash, randomBytes } from 'node:crypto';
import { glob, readFile, rm, truncate } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCheckpoint, newExperiment, newModel } from '../../../../testing/objects.ts';
import { hangUp } from '../../../../testing/raw-request.ts';
import { ref, startTestServer, type TestServer } from '../../../../testing/test-server.ts';

let server: TestServer;
let path: string;
const content = randomBytes(1_000_000);
const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
beforeAll(async () => {
  server = await startTestServer();
  const { id } = await newExperiment(server);
  path = `/v1/experiments/${id}/files/data.bin`;
  await server.api('PUT', path, content);
});
afterAll(() => server.stop());

async function get(headers: Record<string, string> = {}, method = 'GET', from = path) {
  const response = await fetch(`${server.url}${from}`, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

describe('GET …/files/{path}', () => {
  it('returns the bytes with their hash as ETag, as an attachment that never runs', async () => {
    const { status, headers, body } = await get();
    expect(status).toBe(200);
    expect(body.equals(content)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      etag,
      'content-length': '1000000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment; filename="data.bin"',
      'x-content-type-options': 'nosniff',
    });
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('returns the same headers to HEAD, without content', async () => {
    const whole = await get();
    const head = await get({}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    // Headers of the message or the connection, not of the content.
    const others = ['date', 'x-request-id', 'connection', 'keep-alive'];
    const ofContent = ({ headers }: { headers: Headers }) =>
      [...headers].filter(([name]) => !others.includes(name));
    expect(ofContent(head)).toEqual(ofContent(whole));
  });

  it('returns the SHA-256 of the whole file, also for a range', async () => {
    const digest = `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
    for (const answer of [
      await get(),
      await get({}, 'HEAD'),
      await get({ range: 'bytes=0-1' }),
      await get({ range: 'bytes=0-1,5-6' }),
    ]) {
      expect(answer.headers.get('repr-digest')).toBe(digest);
    }
  });

  it('returns 412 if If-Match names other content', async () => {
    for (const value of ['"other"', `W/${etag}`, 'nonsense'])
      for (const method of ['GET', 'HEAD'])
        expect((await get({ 'if-match': value, range: 'bytes=0-1' }, method)).status).toBe(412);
    const { body } = await get({ 'if-match': '"other"' });
    expect(JSON.parse(body.toString())).toMatchObject({
      code: 'stale',
      detail: `The content now has the ETag ${etag}, which If-Match "other" does not match. Read the file again.`,
    });
    for (const value of [etag, `"other", ${etag}`, '*'])
      expect((await get({ 'if-match': value, range: 'bytes=0-1' })).status).toBe(206);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, 1_000_000],
    ['bytes=999999-', 999_999, 1_000_000],
    ['bytes=-1', 999_999, 1_000_000],
    ['bytes=-99999999', 0, 1_000_000],
    ['bytes=500000-99999999', 500_000, 1_000_000],
  ])('returns 206 for %s', async (range, start, end) => {
    const { status, headers, body } = await get({ range });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/1000000`);
    expect(headers.get('content-length')).toBe(`${end - start}`);
    expect(headers.get('etag')).toBe(etag);
    expect(body.equals(content.subarray(start, end))).toBe(true);
  });

  it('returns ranges that together equal the whole file', async () => {
    const parts: Buffer[] = [];
    for (let at = 0; at < content.length; at += 333_333)
      parts.push((await get({ range: `bytes=${at}-${at + 333_332}` })).body);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  it.each(['bytes=1000000-', 'bytes=9999999-99999999', 'bytes=-0'])('returns 416 for %s', async (range) => {
    const { status, headers, body } = await get({ range });
    expect(status).toBe(416);
    expect(headers.get('content-range')).toBe('bytes */1000000');
    expect(JSON.parse(body.toString()).code).toBe('range_not_satisfiable');
  });

  it.each(['items=0-1', 'bytes=5-1', 'bytes=a-b', 'bytes=0-1,x', 'bytes=-'])(
    'returns the whole file for %s',
    async (range) => {
      expect((await get({ range })).status).toBe(200);
    },
  );

  it('ignores redirect=true if the store has no URLs', async () => {
    const [whole, other] = [await get(), await get({}, 'GET', `${path}?redirect=true`)];
    expect(other.status).toBe(200);
    expect(other.body.equals(content)).toBe(true);
    expect(other.headers.get('etag')).toBe(whole.headers.get('etag'));
    expect((await get({ range: 'bytes=0-1' }, 'GET', `${path}?redirect=true`)).status).toBe(206);
    expect((await get({}, 'GET', `${path}?redirect=yes`)).status).toBe(422);
  });

  it('returns 304 if the client has it, with or without range, also to HEAD', async () => {
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*'])
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, body } = await get({ 'if-none-match': value, range: 'bytes=0-1' }, method);
        expect(status).toBe(304);
        expect(headers.get('etag')).toBe(etag);
        expect(body).toHaveLength(0);
      }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('returns the range if If-Range matches, otherwise the whole file', async () => {
    const range = 'bytes=0-9';
    expect((await get({ range, 'if-range': etag })).status).toBe(206);
    for (const value of ['"other"', `W/${etag}`, 'Wed, 21 Oct 2026 07:28:00 GMT'])
      expect((await get({ range, 'if-range': value })).status).toBe(200);
  });

  it('cannot satisfy a range of an empty file', async () => {
    const { id } = await newExperiment(server);
    const empty = `/v1/experiments/${id}/files/empty`;
    await server.api('PUT', empty, '');
    expect((await get({ range: 'bytes=0-0' }, 'GET', empty)).status).toBe(416);
    expect((await get({ range: 'bytes=-5' }, 'GET', empty)).status).toBe(200);
    expect((await get({}, 'HEAD', empty)).headers.get('content-length')).toBe('0');
  });

  it.each([
    [
      'ünïcode 🙂.onnx',
      `attachment; filename="_n_code _.onnx"; filename*=UTF-8''%C3%BCn%C3%AFcode%20%F0%9F%99%82.onnx`,
    ],
    ['dir/naïve.txt', `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`],
    ['a"b.txt', `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
  ])('sends %s with its file name', async (name, disposition) => {
    const { id } = await newExperiment(server);
    const file = `/v1/experiments/${id}/files/${ref(name)}`;
    await server.api('PUT', file, 'x', { 'content-type': 'text/html' });
    const { headers } = await get({}, 'GET', file);
    expect(headers.get('content-disposition')).toBe(disposition);
    expect(headers.get('content-type')).toBe('text/html');
  });

  it('returns 404 for a missing file, and for a missing or deleted object', async () => {
    expect((await get({}, 'GET', `${path}.not`)).status).toBe(404);
    expect((await get({}, 'HEAD', `${path}.not`)).status).toBe(404);
    const made = await newExperiment(server);
    await server.api('PUT', `/v1/experiments/${made.id}/files/f`, 'x');
    await server.api('DELETE', `/v1/experiments/${made.id}`);
    expect((await get({}, 'GET', `/v1/experiments/${made.id}/files/f`)).status).toBe(404);
    await server.api('POST', `/v1/experiments/${made.id}/restore`);
    expect((await get({}, 'GET', `/v1/experiments/${made.id}/files/f`)).status).toBe(200);
  });

  it('tolerates clients that disconnect', async () => {
    for (let i = 0; i < 5; i++)
      await hangUp(server, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, i * 2);
    expect((await get()).body.equals(content)).toBe(true);
  });
});

describe('damaged content', () => {
  const damage = async (change: (file: string) => Promise<void>) => {
    const { id } = await newExperiment(server);
    const file = `/v1/experiments/${id}/files/bad`;
    const { body } = await server.api('PUT', file, randomBytes(100));
    const { rows } = await server.db.requests.query('SELECT key FROM blobs WHERE sha256 = $1', [body.sha256]);
    const [onDisk] = await Array.fromAsync(glob(`**/${rows[0].key}`, { cwd: server.blobsDir }));
    await change(join(server.blobsDir, String(onDisk)));
    return file;
  };

  it.each([
    ['missing', (file: string) => rm(file)],
    ['cut off', (file: string) => truncate(file, 99)],
    ['too long', (file: string) => truncate(file, 101)],
  ])('is 409 if it is %s, for every range', async (_, change) => {
    const file = await damage(change);
    for (const range of ['', 'bytes=0-1', 'bytes=-1', 'bytes=0-1,5-6']) {
      const { status, body } = await get({ range }, 'GET', file);
      expect([status, JSON.parse(body.toString()).code]).toEqual([409, 'file_corrupt']);
    }
  });
});

describe('a real model', () => {
  it('such as the Silero VAD network is uploaded, promoted and downloaded unchanged', async () => {
    const model = await readFile(
      createRequire(import.meta.url).resolve('@ricky0123/vad-web/dist/silero_vad_v5.onnx'),
    );
    const sha256 = createHash('sha256').update(model).digest('hex');
    const checkpoint = await newCheckpoint(server, { epoch: 3 });
    const file = 'weights/silero_vad.onnx';
    const stored = await server.api('PUT', `/v1/checkpoints/${checkpoint.id}/files/${file}`, model, {
      'content-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    });
    expect(stored.status).toBe(201);
    expect(stored.body).toMatchObject({ path: file, sizeBytes: model.length, sha256, state: 'verified' });
    await server.api('POST', `/v1/checkpoints/${checkpoint.id}/finalize`);
    const { name } = await newModel(server, { task: 'voice_activity_detection' });
    const body = { model: `ai/vision/${name}`, version: 'v5', framework: 'onnx', aliases: ['prod'] };
    expect((await server.api('POST', `/v1/checkpoints/${checkpoint.id}/promote`, body)).status).toBe(201);
    const resolved = await server.api('GET', `/v1/resolve?ref=${ref(`ai/vision/${name}@prod`)}`);
    const [found, ...more] = resolved.body.files;
    expect(more).toEqual([]);
    expect(found).toMatchObject({ path: file, role: 'model', sha256 });
    const url = new URL(found.url, server.url);
    const download = await fetch(url);
    expect(Buffer.from(await download.arrayBuffer()).equals(model)).toBe(true);
  });
});
