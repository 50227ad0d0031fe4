import { createHash, randomBytes } from 'node:crypto';
import { glob, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadBack, readTar, readZip } from '../../../testing/archives.ts';
import { newCheckpoint, newExperiment, newModel, newVersion } from '../../../testing/objects.ts';
import { connectRaw } from '../../../testing/raw.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'modelbox-test-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const FORMATS = ['tar', 'zip'] as const;
type Format = (typeof FORMATS)[number];

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(`${server.url}${path}`, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}
const problemOf = async (path: string) => JSON.parse((await get(path)).body.toString());

async function read(format: Format, body: Buffer): Promise<ReadBack[]> {
  if (format === 'tar') return readTar([body]);
  const file = join(folder, `${createHash('sha256').update(body).digest('hex')}.zip`);
  await writeFile(file, body);
  return readZip(file);
}

type Files = Record<string, Buffer>;

/** Makes a ready version with these files. */
async function versionWith(files: Files, tracked: string[] = []): Promise<{ id: string; readyAt: string }> {
  const { id } = await newVersion(server);
  return finalized('versions', id, files, tracked);
}

async function finalized(kind: string, id: string, files: Files, tracked: string[] = []) {
  for (const [path, content] of Object.entries(files))
    expect((await server.api('PUT', `/v1/${kind}/${id}/files/${ref(path)}`, content)).status).toBe(201);
  if (tracked.length > 0) await server.api('POST', `/v1/${kind}/${id}/files`, { files: tracked });
  const { status, body } = await server.api('POST', `/v1/${kind}/${id}/finalize`);
  expect(status).toBe(200);
  return body;
}

const byPath = (files: Files): [string, Buffer][] =>
  Object.entries(files).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const FILES: Files = {
  'weights/model.onnx': randomBytes(700_000),
  'weights/größe 模型 🙂.bin': randomBytes(512),
  [`${'d'.repeat(200)}/${'e'.repeat(200)}/${'ü'.repeat(100)}/${'n'.repeat(200)}`]: randomBytes(3),
  empty: Buffer.alloc(0),
  'README.md': Buffer.from('# A model\n'),
  'b"\'%2F*;.txt': Buffer.from('x'),
};

describe.each(FORMATS)('GET /v1/versions/{version}/archive?format=%s', (format) => {
  let path: string;
  let readyAt: string;
  beforeAll(async () => {
    const version = await versionWith(FILES);
    path = `/v1/versions/${version.id}/archive?format=${format}`;
    readyAt = version.readyAt;
  });

  it('contains every file, sorted by path, byte for byte', async () => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('content-length')).toBe(`${body.length}`);
    const found = await read(format, body);
    expect(found.map((file) => file.path)).toEqual(byPath(FILES).map(([name]) => name));
    for (const [index, [, content]] of byPath(FILES).entries())
      expect(found[index]?.content.equals(content)).toBe(true);
    const seconds = Math.floor(Date.parse(readyAt) / 1000) * 1000;
    expect(found.every(({ mtime }) => mtime.getTime() === seconds)).toBe(true);
  });

  it('returns the same headers to HEAD, and reads nothing', async () => {
    const whole = await get(path);
    const head = await get(path, {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of [
      'etag',
      'content-length',
      'content-type',
      'content-disposition',
      'accept-ranges',
      'content-security-policy',
    ])
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    expect(head.headers.get('content-type')).toBe(`application/${format === 'tar' ? 'x-tar' : 'zip'}`);
  });

  it('gives the same bytes and ETag for the same files, and another ETag for others', async () => {
    const [first, second] = [await get(path), await get(path)];
    expect(first.body.equals(second.body)).toBe(true);
    expect(first.headers.get('etag')).toBe(second.headers.get('etag'));
    expect(first.headers.get('etag')).toMatch(new RegExp(`^"${format}-[0-9a-f]{64}"$`));
    const other = await versionWith({ ...FILES, empty: Buffer.from('no') });
    const changed = await get(`/v1/versions/${other.id}/archive?format=${format}`);
    expect(changed.headers.get('etag')).not.toBe(first.headers.get('etag'));
  });

  it('returns 304 if the client has it, and 412 if If-Match names another', async () => {
    const etag = String((await get(path, {}, 'HEAD')).headers.get('etag'));
    const { status, headers, body } = await get(path, { 'if-none-match': etag });
    expect([status, headers.get('etag'), body.length]).toEqual([304, etag, 0]);
    expect((await get(path, { 'if-match': '"other"' })).status).toBe(412);
    expect((await get(path, { 'if-match': etag })).status).toBe(200);
  });

  it('returns 409 for a pending version', async () => {
    const { id } = await newVersion(server);
    expect(await problemOf(`/v1/versions/${id}/archive?format=${format}`)).toMatchObject({
      status: 409,
      code: 'not_ready',
      id,
    });
  });

  it('returns 409 with the first tracked file, and leaves tracked files out with tracked=skip', async () => {
    const { id } = await versionWith({ 'z.bin': Buffer.from('z') }, ['s3://b/y.bin', 's3://b/x.bin']);
    const own = `/v1/versions/${id}/archive?format=${format}`;
    const problem = await problemOf(own);
    expect(problem).toMatchObject({ status: 409, code: 'file_is_tracked', uri: 's3://b/x.bin' });
    expect(problem.detail).toContain('The file x.bin is tracked: its content is at s3://b/x.bin');
    const { status, body } = await get(`${own}&tracked=skip`);
    expect(status).toBe(200);
    expect((await read(format, body)).map((file) => file.path)).toEqual(['z.bin']);
  });

  it('returns 409 for a file that is known to be damaged, before it sends anything', async () => {
    const version = await versionWith({ 'a.bin': randomBytes(10), 'b.bin': randomBytes(11) });
    const own = `/v1/versions/${version.id}/archive?format=${format}`;
    const text = `UPDATE blobs SET corrupt_at = now() FROM files
      WHERE files.blob_id = blobs.id AND object_id = $1 AND path = 'b.bin'`;
    await server.db.requests.query(text, [version.id]);
    const problem = await problemOf(own);
    expect(problem).toMatchObject({ status: 409, code: 'file_corrupt' });
    expect(problem.detail).toContain('b.bin');
  });

  it('returns 404 for a missing or deleted version', async () => {
    const { id } = await versionWith({});
    const own = `/v1/versions/${id}/archive?format=${format}`;
    expect((await get(own)).status).toBe(200);
    await server.api('DELETE', `/v1/versions/${id}`);
    expect((await get(own)).status).toBe(404);
    expect((await get(`/v1/versions/${ref('ai/vision/none:v1')}/archive`)).status).toBe(404);
  });
});

describe('the archive of a version', () => {
  it('is a tar by default, with the name of the version', async () => {
    const { id } = await newModel(server, { name: 'größe' });
    const { body } = await server.api('POST', `/v1/models/${id}/versions`, { version: '2.0', files: [] });
    const { headers, body: bytes } = await get(`/v1/versions/${ref('ai/vision/größe:2.0')}/archive`);
    expect(body.status).toBe('ready');
    expect(headers.get('content-type')).toBe('application/x-tar');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="gr__e-2.0.tar"; filename*=UTF-8''gr%C3%B6%C3%9Fe-2.0.tar`,
    );
    expect(bytes.equals(Buffer.alloc(1024))).toBe(true);
  });

  it('is 422 for an unknown format or parameter', async () => {
    const { id } = await versionWith({});
    for (const query of ['format=rar', 'tracked=no', 'path=x'])
      expect(await problemOf(`/v1/versions/${id}/archive?${query}`)).toMatchObject({ status: 422 });
  });

  it('resumes a tar with 206, and restarts a zip', async () => {
    const { id } = await versionWith(FILES);
    const path = `/v1/versions/${id}/archive`;
    const whole = await get(path);
    const etag = String(whole.headers.get('etag'));
    const starts = [0, 1, 511, 512, 600, 4_000, 300_000, whole.body.length - 1];
    for (const start of starts) {
      const rest = await get(path, { range: `bytes=${start}-`, 'if-range': etag });
      expect(rest.status).toBe(206);
      expect(rest.headers.get('content-length')).toBe(`${whole.body.length - start}`);
      expect(rest.body.equals(whole.body.subarray(start))).toBe(true);
    }
    const part = await get(path, { range: 'bytes=1000-600000' });
    expect(part.body.equals(whole.body.subarray(1000, 600_001))).toBe(true);
    expect((await get(path, { range: 'bytes=5-', 'if-range': '"other"' })).status).toBe(200);
    expect((await get(path, { range: `bytes=${whole.body.length}-` })).status).toBe(416);
    const zip = await get(`${path}?format=zip`, { range: 'bytes=5-' });
    expect([zip.status, zip.headers.get('accept-ranges')]).toEqual([200, 'none']);
  });
});

describe('GET /v1/checkpoints/{checkpoint}/archive', () => {
  it.each([
    [{ epoch: 3 }, '-epoch-3.zip'],
    [{ step: 1000 }, '-step-1000.zip'],
    [{ epoch: 3, step: 1000 }, '-epoch-3-step-1000.zip'],
  ])('returns an archive for %j', async (place, name) => {
    const run = await newExperiment(server);
    const { id } = await newCheckpoint(server, { epoch: null, ...place }, run);
    const path = `/v1/checkpoints/${id}/archive?format=zip`;
    expect(await problemOf(path)).toMatchObject({ code: 'not_ready', id });
    await finalized('checkpoints', id, FILES);
    const { headers, body } = await get(path);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${run.name}${name}"`);
    const found = await read('zip', body);
    expect(found.map((file) => [file.path, file.content])).toEqual(byPath(FILES));
  });
});

describe('a failure while an archive is sent', () => {
  const diskPath = async (content: Buffer): Promise<string> => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const { rows } = await server.db.requests.query('SELECT key FROM blobs WHERE sha256 = $1', [sha256]);
    const [found] = await Array.fromAsync(glob(`**/${rows[0].key}`, { cwd: server.blobsDir }));
    return join(server.blobsDir, String(found));
  };
  const rewrite = async (path: string, content: Buffer) => {
    await rm(path);
    await writeFile(path, content);
  };

  it.each(
    FORMATS.flatMap((format) => [
      [format, 'is missing', (path: string) => unlink(path)] as const,
      [format, 'was cut off', (path: string) => rewrite(path, Buffer.alloc(5))] as const,
      [format, 'has rotted', (path: string) => rewrite(path, Buffer.alloc(400_000))] as const,
    ]),
  )(
    'closes the connection if in a %s the second file %s, so that the archive is never complete',
    async (format, _, change) => {
      const second = randomBytes(400_000);
      const { id } = await versionWith({ a: randomBytes(100_000), b: second, c: randomBytes(10) });
      const path = `/v1/versions/${id}/archive?format=${format}`;
      expect((await get(path)).status).toBe(200);
      await change(await diskPath(second));
      const response = await fetch(`${server.url}${path}`);
      expect(response.status).toBe(200);
      await expect(response.arrayBuffer()).rejects.toThrow();
      expect((await get(path, {}, 'HEAD')).status).toBe(200);
    },
  );

  it('is 409 if the first file is missing, because nothing was sent yet', async () => {
    const first = randomBytes(1000);
    const { id } = await versionWith({ a: first, b: randomBytes(10) });
    await unlink(await diskPath(first));
    const problem = await problemOf(`/v1/versions/${id}/archive`);
    expect(problem).toMatchObject({ status: 409, code: 'file_corrupt' });
    expect(problem.detail).toContain('The stored content of a is damaged');
  });

  it('does not affect content that was repaired under another key meanwhile', async () => {
    const content = randomBytes(1000);
    const { id } = await versionWith({ a: content });
    const { id: other } = await newExperiment(server);
    const { rows } = await server.db.requests.query(
      'UPDATE blobs SET corrupt_at = now() WHERE sha256 = $1 RETURNING key',
      [createHash('sha256').update(content).digest('hex')],
    );
    await server.api('PUT', `/v1/experiments/${other}/files/a`, content);
    await server.ctx.blobs.delete(rows[0].key);
    const { body } = await get(`/v1/versions/${id}/archive`);
    expect((await readTar([body]))[0]?.content.equals(content)).toBe(true);
  });
});

it('closes open blobs if the client disconnects', async () => {
  const opened: { closed: boolean }[] = [];
  const { blobs } = server.ctx;
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f-${index}`, randomBytes(3_000_000)]),
  );
  const { id } = await versionWith(files);
  const read = blobs.read;
  blobs.read = async (...input) => {
    const reading = await read.apply(blobs, input);
    opened.push(reading.stream);
    return reading;
  };
  try {
    const connection = await connectRaw(server.url);
    // The server sends only as much as the connection buffers.
    connection.socket.pause();
    connection.send(`GET /v1/versions/${id}/archive HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(() => opened.length).toBeGreaterThan(0);
    connection.socket.resetAndDestroy();
    await connection.closed();
    await expect.poll(() => opened.every(({ closed }) => closed)).toBe(true);
    expect(opened.length).toBeLessThan(20);
  } finally {
    blobs.read = read;
  }
});
