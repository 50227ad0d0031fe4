import { createHash, randomBytes } from 'node:crypto';
import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment, newOwner } from '../../../../testing/objects.ts';
import { connectRaw } from '../../../../testing/raw.ts';
import { hangUp, rawRequest } from '../../../../testing/raw-request.ts';
import { ref, startTestServer, type TestServer } from '../../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ maxFileSize: 8 * 2 ** 20 });
});
afterAll(() => server.stop());
// After every test, each blob in the store has a row, and nothing incomplete is left.
afterEach(async () => {
  await expect.poll(unaccounted, { timeout: 2_000 }).toEqual({ blobs: 0, temporary: 0 });
});

async function unaccounted(): Promise<{ blobs: number; temporary: number }> {
  const { rows } = await server.db.requests.query<{ key: string }>('SELECT key FROM blobs');
  const known = new Set(rows.map((row) => row.key));
  let blobs = 0;
  for await (const { key } of server.ctx.blobs.list()) if (!known.delete(key)) blobs++;
  expect([...known]).toEqual([]);
  return { blobs, temporary: await server.ctx.blobs.sweepTemporary(new Date(Date.now() + 60_000)) };
}

const blobCount = async (): Promise<number> =>
  (await server.db.requests.query('SELECT 1 FROM blobs')).rowCount ?? 0;
const put = (path: string, content: Buffer | string, headers?: Record<string, string>) =>
  server.api('PUT', path, Buffer.from(content), headers);
const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest();
const filesOf = async (path: string): Promise<any[]> => (await server.api('GET', `${path}/files`)).body.items;
async function download(path: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${server.url}${path}`)).arrayBuffer());
}

describe.each(OWNER_KINDS)('PUT /v1/%ss/{id}/files/{path}', (kind) => {
  it('returns 201 for new content, 200 without a change for a repetition, and replaces other content', async () => {
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}/files/dir/model.bin`;
    const content = randomBytes(1000);
    const stored = await put(path, content, { 'content-type': 'application/x-onnx' });
    expect(stored.status).toBe(201);
    expect(stored.body).toEqual({
      path: 'dir/model.bin',
      role: { model: 'other', version: 'model', experiment: 'other', checkpoint: 'checkpoint' }[kind],
      uri: null,
      sizeBytes: 1000,
      sha256: sha256(content).toString('hex'),
      state: 'verified',
      mediaType: 'application/x-onnx',
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(await download(path)).toEqual(content);
    const blobs = await blobCount();
    const again = await put(path, content);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(stored.body);
    expect(await blobCount()).toBe(blobs);
    const replaced = await put(path, 'other');
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ sizeBytes: 5, sha256: sha256('other').toString('hex') });
    expect((await download(path)).toString()).toBe('other');
    const [, first, second, ...more] = await changesOf(server, id);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ action: 'file_stored', detail: { path: 'dir/model.bin', replaced: null } });
    expect(second?.detail.replaced).toBe(stored.body.sha256);
    expect((await server.api('GET', `/v1/${kind}s/${id}`)).headers.get('etag')).toBe('"1"');
  });
});

describe('content', () => {
  it('can be empty', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/empty`;
    const stored = await put(path, '');
    expect(stored.status).toBe(201);
    expect(stored.body).toMatchObject({ sizeBytes: 0, sha256: sha256('').toString('hex') });
    const read = await fetch(`${server.url}${path}`);
    expect(read.status).toBe(200);
    expect(read.headers.get('content-length')).toBe('0');
    const chunked = await server.api('PUT', `${path}-2`, new ReadableStream({ start: (c) => c.close() }));
    expect(chunked.body.sizeBytes).toBe(0);
  });

  it('can have several MiB, with a length or in chunks', async () => {
    const { id } = await newExperiment(server);
    const content = randomBytes(5 * 2 ** 20 + 17);
    await put(`/v1/experiments/${id}/files/a`, content);
    const pieces = Array.from({ length: 100 }, (_, i) => content.subarray(i * 60_000, (i + 1) * 60_000));
    const stream = new ReadableStream({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined || piece.length === 0) controller.close();
        else controller.enqueue(piece);
      },
    });
    const chunked = await server.api('PUT', `/v1/experiments/${id}/files/b`, stream);
    expect(chunked.status).toBe(201);
    expect(chunked.body).toMatchObject({
      sizeBytes: content.length,
      sha256: sha256(content).toString('hex'),
    });
    expect((await download(`/v1/experiments/${id}/files/b`)).equals(content)).toBe(true);
  });

  it('is stored once for all callers, also under concurrency', async () => {
    const content = randomBytes(300_000);
    const before = await blobCount();
    const objects = await Promise.all(Array.from({ length: 5 }, () => newExperiment(server)));
    const answers = await Promise.all(
      objects.flatMap(({ id }) => [
        put(`/v1/experiments/${id}/files/one`, content),
        put(`/v1/experiments/${id}/files/two`, content),
      ]),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(await blobCount()).toBe(before + 1);
    for (const { id } of objects) expect(await download(`/v1/experiments/${id}/files/two`)).toEqual(content);
  });

  it('of two concurrent uploads to one path: the last one wins completely', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/raced`;
    const contents = Array.from({ length: 6 }, (_, i) => Buffer.alloc(200_000, i));
    const answers = await Promise.all(contents.map((content) => put(path, content)));
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([
      200, 200, 200, 200, 200, 201,
    ]);
    const last = (await changesOf(server, id)).at(-1);
    expect(sha256(await download(path)).toString('hex')).toBe(last?.detail.sha256);
  });

  it('is 413 above the limit, with or without a length, and leaves nothing', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const content = Buffer.alloc(8 * 2 ** 20 + 1);
    const refused = await put(`${path}/files/big`, content);
    expect(refused.status).toBe(413);
    expect(refused.body.code).toBe('too_large');
    const stream = new Blob([content]).stream();
    expect((await server.api('PUT', `${path}/files/big`, stream)).status).toBe(413);
    expect(await filesOf(path)).toEqual([]);
    expect((await put(`${path}/files/big`, content.subarray(1))).status).toBe(201);
  });

  it.each(['8388609', '5497558138881', '9223372036854775807', '18446744073709551615'])(
    'is 413 with a length of %s before the server reads a byte',
    async (length) => {
      const { id } = await newExperiment(server);
      const head = `PUT /v1/experiments/${id}/files/big HTTP/1.1\r\nHost: localhost\r\n`;
      const headers = `Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
      expect(await rawRequest(server, head + headers)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/);
    },
  );

  it.each(['application/json', 'text/html; charset=utf-8', 'application/merge-patch+json', 'a/b; "', ''])(
    'with the type "%s" is stored unchanged',
    async (type) => {
      const { id } = await newExperiment(server);
      const content = '{"not json';
      const stored = await put(
        `/v1/experiments/${id}/files/f`,
        content,
        type === '' ? {} : { 'content-type': type },
      );
      expect(stored.status).toBe(201);
      expect((await download(`/v1/experiments/${id}/files/f`)).toString()).toBe(content);
    },
  );

  it('is 415 with a malformed type', async () => {
    const { id } = await newExperiment(server);
    const refused = await put(`/v1/experiments/${id}/files/f`, 'x', { 'content-type': 'garbage' });
    expect(refused.status).toBe(415);
  });

  it.each(['gzip', 'br', 'identity, gzip'])(
    'is 415 if it is encoded as "%s", which readers would not know',
    async (coding) => {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}`;
      const refused = await put(`${path}/files/f`, 'x', { 'content-encoding': coding });
      expect(refused.status).toBe(415);
      expect(refused.body.detail).toContain('Content-Encoding');
      expect(await filesOf(path)).toEqual([]);
      expect((await put(`${path}/files/f`, 'x', { 'content-encoding': 'Identity' })).status).toBe(201);
    },
  );

  it('is 400 if it is only a range, as clients send it to resume an upload', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/f`;
    await put(path, 'abcdef');
    const refused = await put(path, 'def', { 'content-range': 'bytes 3-5/6' });
    expect(refused.status).toBe(400);
    expect(refused.body.code).toBe('malformed');
    expect((await download(path)).toString()).toBe('abcdef');
  });

  it('is 400 with a transfer coding other than chunked', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const head = `PUT ${path}/files/f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;
    const answer = await rawRequest(
      server,
      `${head}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await filesOf(path)).toEqual([]);
  });

  it('gets another media type from the same upload, unless that type is meaningless', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/f`;
    const typeAfter = async (type: string) => (await put(path, 'x', { 'content-type': type })).body.mediaType;
    expect(await typeAfter('application/octet-stream')).toBeNull();
    expect(await typeAfter('text/plain')).toBe('text/plain');
    expect(await typeAfter('text/csv')).toBe('text/csv');
    const changes = await changesOf(server, id);
    expect(await typeAfter('text/csv')).toBe('text/csv');
    expect(await typeAfter('application/octet-stream')).toBe('text/csv');
    expect(await changesOf(server, id)).toEqual(changes);
    expect((await fetch(`${server.url}${path}`)).headers.get('content-type')).toBe('text/csv');
  });

  it.each(['text/plain; charset="é"', 'text/plain;\ta=b'])(
    'drops the type %j, which is not ASCII text',
    async (type) => {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}/files/f`;
      expect((await put(path, 'x', { 'content-type': type })).body.mediaType).toBeNull();
    },
  );

  it('accepts a role, and drops a meaningless type', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/data.csv`;
    const stored = await put(`${path}?role=dataset`, 'a,b', { 'content-type': 'application/octet-stream' });
    expect(stored.body).toMatchObject({ role: 'dataset', mediaType: null });
    expect((await put(path, 'a,b')).body.role).toBe('dataset');
    expect((await put(`${path}?role=text`, 'a,b')).body.role).toBe('text');
    expect((await put(`${path}?role=weights`, 'a,b')).status).toBe(422);
    expect((await put(`${path}?rolle=text`, 'a,b')).status).toBe(422);
  });

  it('is 409 at a tracked path, and 404 for a missing object', async () => {
    const { id } = await newExperiment(server);
    await server.api('POST', `/v1/experiments/${id}/files`, { files: ['s3://b/f'] });
    const refused = await put(`/v1/experiments/${id}/files/f`, randomBytes(100_000));
    expect(refused.status).toBe(409);
    expect(refused.body.code).toBe('conflict');
    await server.api('DELETE', `/v1/experiments/${id}`);
    expect((await put(`/v1/experiments/${id}/files/g`, 'x')).status).toBe(404);
    expect((await put(`/v1/experiments/${ref('ai/none')}/files/g`, 'x')).status).toBe(404);
  });
});

describe('checksums', () => {
  const content = Buffer.from('some weights');
  const base64 = sha256(content).toString('base64');
  const wrong = sha256('other').toString('base64');

  const of = (algorithm: string, encoding: 'base64' | 'hex', text: Buffer | string = content) =>
    createHash(algorithm).update(text).digest(encoding);
  /** CRC-32 of the content, computed by zlib.crc32 of Python. */
  const crc = 'pwhyzg==';
  const sha512 = `sha-512=:${of('sha512', 'base64')}:`;

  it.each([
    ['content-digest', `sha-256=:${base64}:`],
    ['content-digest', `${sha512}, sha-256=:${base64}:`],
    ['content-digest', sha512],
    ['content-digest', `md5=:${of('md5', 'base64')}:,sha=:${of('sha1', 'base64')}:`],
    ['repr-digest', `sha-256=:${base64}:`],
    ['digest', `SHA-256=${base64}`],
    ['digest', `md5=${of('md5', 'base64')},sha-256=${base64}`],
    ['content-md5', of('md5', 'base64')],
    ['x-amz-checksum-sha256', base64],
    ['x-amz-checksum-sha1', of('sha1', 'base64')],
    ['x-amz-checksum-crc32', crc],
    ['x-amz-content-sha256', of('sha256', 'hex')],
    ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
    ['x-goog-hash', `md5=${of('md5', 'base64')}`],
    ['x-ms-blob-content-md5', of('md5', 'base64')],
    ['x-checksum-sha256', of('sha256', 'hex')],
    ['x-checksum-sha1', of('sha1', 'hex').toUpperCase()],
    ['etag', `"${of('sha256', 'hex')}"`],
    ['want-content-digest', 'unixsum=3'],
  ])('are verified: %s: %s', async (name, value) => {
    const { id } = await newExperiment(server);
    expect((await put(`/v1/experiments/${id}/files/f`, content, { [name]: value })).status).toBe(201);
  });

  const wrongMd5 = of('md5', 'base64', 'other');
  it.each([
    ['content-digest', `sha-256=:${wrong}:`, 'checksum_mismatch'],
    ['content-digest', `sha-512=:${of('sha512', 'base64', 'other')}:`, 'checksum_mismatch'],
    ['content-digest', `sha-256=:${base64}:, md5=:${wrongMd5}:`, 'checksum_mismatch'],
    ['digest', `sha-256=${wrong}`, 'checksum_mismatch'],
    ['content-md5', wrongMd5, 'checksum_mismatch'],
    ['x-amz-checksum-sha256', wrong, 'checksum_mismatch'],
    ['x-amz-checksum-crc32', 'AAAAAA==', 'checksum_mismatch'],
    ['x-amz-content-sha256', of('sha256', 'hex', 'other'), 'checksum_mismatch'],
    ['x-goog-hash', `md5=${wrongMd5}`, 'checksum_mismatch'],
    ['x-checksum-sha1', of('sha1', 'hex', 'other'), 'checksum_mismatch'],
    ['etag', `"${of('sha256', 'hex', 'other')}"`, 'checksum_mismatch'],
    ['content-digest', 'sha-256=:nope:', 'invalid'],
    ['content-digest', 'sha-256=', 'invalid'],
    ['content-digest', '', 'invalid'],
    ['content-digest', 'sha-256=:AAAA:', 'invalid'],
    ['content-digest', 'sha-512=:AAAA:', 'invalid'],
    ['content-digest', `sha-256=:${base64.slice(0, -4)}:`, 'invalid'],
    ['content-digest', `sha-256=${base64}`, 'invalid'],
    ['content-digest', `SHA-256=:${base64}:`, 'invalid'],
    ['content-digest', `sha-256=:${base64}:,`, 'invalid'],
    ['content-digest', `sha-256=:${base64}:;q=1`, 'invalid'],
    ['content-digest', `sha-256=:${base64}:, crc32c=:AAAAAA==:`, 'invalid'],
    ['content-digest', `constructor=:${base64}:`, 'invalid'],
    ['repr-digest', 'unixsum=:AAAA:', 'invalid'],
    ['digest', 'unixsum=30637', 'invalid'],
    ['digest', `md5=AAAA,sha-256=${base64}`, 'invalid'],
    ['content-md5', of('md5', 'hex'), 'invalid'],
    ['x-amz-checksum-sha256', of('sha256', 'hex'), 'invalid'],
    ['x-amz-checksum-sha256', '', 'invalid'],
    ['x-amz-checksum-crc32c', 'AAAAAA==', 'invalid'],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA=', 'invalid'],
    ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'invalid'],
    ['x-amz-trailer', 'x-amz-checksum-crc32', 'invalid'],
    ['x-goog-hash', `crc32c=AAAAAA==,md5=${of('md5', 'base64')}`, 'invalid'],
    ['x-bz-content-sha1', of('sha1', 'hex'), 'invalid'],
    ['upload-checksum', `sha1 ${of('sha1', 'base64')}`, 'invalid'],
    ['etag', 'W/"3"', 'invalid'],
  ])('are 422 if wrong: %s: %s', async (name, value, code) => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const refused = await put(`${path}/files/f`, content, { [name]: value });
    expect(refused.body).toMatchObject({ status: 422, code });
    if (code === 'invalid')
      expect(refused.body.errors[0]).toMatchObject({ in: 'header', pointer: `/${name}` });
    expect(await filesOf(path)).toEqual([]);
  });

  it('are 422 for an unknown algorithm, with the known ones', async () => {
    const { id } = await newExperiment(server);
    const headers = { 'content-digest': 'crc32c=:AAAAAA==:' };
    const { body } = await put(`/v1/experiments/${id}/files/f`, content, headers);
    expect(body.detail).toContain('crc32c, which the server does not check');
    expect(body.detail).toContain('sha-256, sha-512, sha, md5, crc32');
  });

  it.each([
    ['announced', 'Trailer: Content-Digest\r\n'],
    ['not announced', ''],
  ])('are 422 in a trailer, %s', async (_, announced) => {
    const { id } = await newExperiment(server);
    const connection = await connectRaw(server.url);
    connection.send(
      `PUT /v1/experiments/${id}/files/f HTTP/1.1\r\nHost: localhost\r\n` +
        `Transfer-Encoding: chunked\r\n${announced}\r\n` +
        `1\r\nx\r\n0\r\nContent-Digest: sha-256=:${wrong}:\r\n\r\n`,
    );
    await connection.until(/^HTTP\/1.1 422 /);
    connection.socket.destroy();
    expect(await filesOf(`/v1/experiments/${id}`)).toEqual([]);
  });

  it('are 422 if they contradict each other, and a wrong one replaces nothing', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/f`;
    await put(path, 'first');
    const headers = { 'content-digest': `sha-256=:${base64}:`, 'x-amz-checksum-sha256': wrong };
    expect((await put(path, content, headers)).status).toBe(422);
    for (const both of [`sha-256=:${base64}:, sha-256=:${wrong}:`, `sha-256=:${wrong}:, sha-256=:${base64}:`])
      expect((await put(path, content, { 'content-digest': both })).status).toBe(422);
    expect((await put(path, content, { digest: `sha-256=${wrong}` })).status).toBe(422);
    expect((await download(path)).toString()).toBe('first');
  });
});

describe('conditions', () => {
  const tag = (content: string) => `"${sha256(content).toString('hex')}"`;

  it('return 412 for If-None-Match: * if a file exists; of several uploads the first one wins', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/f`;
    const contents = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(
      contents.map((content) => put(path, content, { 'if-none-match': '*' })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 412, 412, 412]);
    const first = contents[answers.findIndex(({ status }) => status === 201)];
    expect((await download(path)).toString()).toBe(first);
    expect((await put(path, first!, { 'if-none-match': '*' })).body.code).toBe('stale');
  });

  it('return 412 for If-Match of other content, or without a file', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}/files/f`;
    expect((await put(path, 'a', { 'if-match': '*' })).status).toBe(412);
    await put(path, 'a');
    expect((await put(path, 'b', { 'if-match': tag('x') })).status).toBe(412);
    const answers = await Promise.all(
      ['b', 'c'].map((content) => put(path, content, { 'if-match': tag('a') })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412]);
    expect((await put(path, 'd', { 'if-match': '*' })).status).toBe(200);
    expect((await put(path, 'e', { 'if-none-match': tag('d') })).status).toBe(412);
    expect((await put(path, 'e', { 'if-none-match': tag('x') })).status).toBe(200);
    expect((await download(path)).toString()).toBe('e');
  });
});

describe('paths', () => {
  it.each([
    ['nested/deep/er/model.bin', 'nested/deep/er/model.bin'],
    ['nested%2Fdeep%2Fer%2Fmodel.bin', 'nested/deep/er/model.bin'],
    ['nested%2fmixed/model.bin', 'nested/mixed/model.bin'],
    ['with%20space', 'with space'],
    ['with+plus', 'with+plus'],
    ['100%25', '100%'],
    ['%C3%BCn%C3%AFcode-%F0%9F%99%82.onnx', 'ünïcode-🙂.onnx'],
    ['e%CC%81', 'é'],
    ['%22quo%27ted%22;x=1', '"quo\'ted";x=1'],
    ['semi;colon&amp=1', 'semi;colon&amp=1'],
    ['q%3Fmark%23hash', 'q?mark#hash'],
    ['...', '...'],
    ['.hidden', '.hidden'],
    ['latest', 'latest'],
    ['files', 'files'],
    ['__proto__', '__proto__'],
    [`${'d'.repeat(255)}/${'f'.repeat(255)}`, `${'d'.repeat(255)}/${'f'.repeat(255)}`],
  ])('resolve %s to the file %j', async (sent, path) => {
    const { id } = await newExperiment(server);
    const stored = await put(`/v1/experiments/${id}/files/${sent}`, path);
    expect(stored.status).toBe(201);
    expect(stored.body.path).toBe(path);
    for (const form of [sent, ref(path), path.split('/').map(ref).join('/')])
      expect((await download(`/v1/experiments/${id}/files/${form}`)).toString()).toBe(path);
    expect(await filesOf(`/v1/experiments/${id}`)).toMatchObject([{ path }]);
  });

  it.each([
    '..%2F..%2Fetc%2Fpasswd',
    '%2E%2E/x',
    'a/%2e%2e/b',
    'a%2F..%2Fb',
    '%2Fetc%2Fpasswd',
    'a%5Cb',
    'a//b',
    'a/',
    'a/%2E/b',
    '%00',
    'a%0Ab',
    'a%7Fb',
    `${'x'.repeat(256)}`,
    `${'é'.repeat(128)}`,
    `${'x/'.repeat(600)}y`,
    'bad%ZZ',
    '%FF',
    '%ED%A0%80',
    '',
  ])('refuse an invalid path and store nothing: %j', async (sent) => {
    const { id } = await newExperiment(server);
    const head = `PUT /v1/experiments/${id}/files/${sent} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n`;
    const answer = await rawRequest(server, `${head}Connection: close\r\n\r\nx`);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404|405|422) /);
    expect(await filesOf(`/v1/experiments/${id}`)).toEqual([]);
  });

  it('are 409 below a file or in place of a folder, except for tracked files', async () => {
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    const statusOf = async (name: string) => (await put(`${path}/files/${name}`, 'x')).status;
    for (const name of ['a/b', 'a/b-c', 'a/b0', 'a/bc/d', 'A']) expect(await statusOf(name)).toBe(201);
    for (const name of ['a', 'a/b/c', 'a/b/c/d', 'a/bc/d/e']) {
      const { status, body } = await put(`${path}/files/${name}`, 'x');
      expect([name, status, body.code]).toEqual([name, 409, 'conflict']);
    }
    expect(await statusOf('a/b')).toBe(200);
    await server.api('POST', `${path}/files`, { files: [{ uri: 's3://b/model/', path: 'model' }] });
    expect(await statusOf('model/x')).toBe(201);
    await server.api('DELETE', `${path}/files/a/b`);
    expect(await statusOf('a/b/c')).toBe(201);
  });

  it('never lead out of the files through dots that the URL normalizes', async () => {
    const { id } = await newExperiment(server);
    const head = `PUT /v1/experiments/${id}/files/a/../../../../x HTTP/1.1\r\nHost: localhost\r\n`;
    const answer = await rawRequest(server, `${head}Content-Length: 1\r\nConnection: close\r\n\r\nx`);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404|422) /);
  });
});

describe('bodies that end early', () => {
  const start = (id: string, more: string) =>
    `PUT /v1/experiments/${id}/files/part HTTP/1.1\r\nHost: localhost\r\n${more}\r\n\r\n`;

  it('are 400, or get no answer, with fewer bytes than announced, and leave nothing visible', async () => {
    const { id } = await newExperiment(server);
    const text = `${start(id, 'Content-Length: 1000000')}${'x'.repeat(1000)}`;
    const answer = await rawRequest(server, text, { end: true });
    expect(answer === '' || answer.startsWith('HTTP/1.1 400')).toBe(true);
    expect(await filesOf(`/v1/experiments/${id}`)).toEqual([]);
  });

  it('leave nothing visible without the end of a chunked body', async () => {
    const { id } = await newExperiment(server);
    const answer = await rawRequest(server, `${start(id, 'Transfer-Encoding: chunked')}5\r\nhello\r\n`, {
      end: true,
    });
    expect(answer === '' || answer.startsWith('HTTP/1.1 400')).toBe(true);
    expect(await filesOf(`/v1/experiments/${id}`)).toEqual([]);
  });

  it('leave nothing if the client disconnects, and keep the previous file', async () => {
    const { id } = await newExperiment(server);
    await put(`/v1/experiments/${id}/files/part`, 'before');
    const before = await blobCount();
    for (const [more, afterMs] of [
      ['Content-Length: 3000000', 0],
      ['Content-Length: 3000000', 50],
      ['Transfer-Encoding: chunked', 50],
    ] as const) {
      const body = more.startsWith('T') ? `F4240\r\n${'x'.repeat(1_000_000)}` : 'x'.repeat(2_000_000);
      await hangUp(server, `${start(id, more)}${body}`, afterMs);
    }
    await expect.poll(unaccounted, { timeout: 2_000 }).toEqual({ blobs: 0, temporary: 0 });
    expect(await blobCount()).toBe(before);
    expect((await download(`/v1/experiments/${id}/files/part`)).toString()).toBe('before');
    expect(await changesOf(server, id)).toHaveLength(2);
  });
});

describe('a concurrent upload and delete', () => {
  it('leave the file with the object, or neither of them', async () => {
    for (let round = 0; round < 6; round++) {
      const { id } = await newExperiment(server);
      const path = `/v1/experiments/${id}`;
      const uploading = put(`${path}/files/f`, randomBytes(200_000));
      expect((await server.api('DELETE', path)).status).toBe(204);
      const { status } = await uploading;
      expect([201, 404]).toContain(status);
      await server.api('POST', `${path}/restore`);
      expect(await filesOf(path)).toHaveLength(status === 201 ? 1 : 0);
    }
  });
});

describe('a concurrent upload and finalize', () => {
  it('leave the file in the frozen set, or refuse the upload', async () => {
    for (let round = 0; round < 6; round++) {
      const { id } = await newCheckpoint(server);
      const path = `/v1/checkpoints/${id}`;
      const uploading = [1, 2, 3].map((n) => put(`${path}/files/f${n}`, randomBytes(50_000 * n)));
      const finalized = await server.api('POST', `${path}/finalize`);
      expect(finalized.status).toBe(200);
      const statuses = (await Promise.all(uploading)).map((answer) => answer.status);
      for (const status of statuses) expect([201, 409]).toContain(status);
      const { body } = await server.api('GET', path);
      expect(body.status).toBe('ready');
      expect(body.fileCount).toBe(statuses.filter((status) => status === 201).length);
      const actions = (await changesOf(server, id)).map((change) => change.action);
      expect(actions.at(-1)).toBe('finalized');
    }
  });
});
