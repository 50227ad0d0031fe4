import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment } from '../../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../../testing/races.ts';
import { connectRaw } from '../../../../testing/raw.ts';
import { hangUp } from '../../../../testing/raw-request.ts';
import { startTestServer, type TestServer } from '../../../../testing/test-server.ts';
import {
  complete,
  completed,
  digest,
  download,
  newUpload,
  PART,
  partOf,
  putAll,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../../testing/uploads.ts';
import { cleanUploads } from '../../../workers/store/upload-cleanup.ts';

let server: TestServer;
let run: { id: string };
beforeAll(async () => {
  server = await startTestServer({ bodyTimeout: 300 });
  run = await newExperiment(server);
});
afterAll(() => server.stop());

const content = randomBytes(2 * PART + 1234);
const small = randomBytes(1000);
let paths = 0;
const open = (of: Uint8Array = content) =>
  newUpload(server, 'experiment', run, of, { path: `file-${++paths}` });
const partsOf = async (upload: { id: string }, more = '') =>
  (await server.api('GET', `/v1/uploads/${upload.id}/parts${more}`)).body;
const folder = () => `/v1/experiments/${run.id}/files`;

describe('parts', () => {
  it('arrive in any order, are listed, and make the file', async () => {
    const upload = await open();
    for (const part of [3, 1, 2]) {
      const bytes = partOf(content, part);
      const answer = await putPart(server, upload, part, bytes);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ part, sizeBytes: bytes.length, sha256: sha256(bytes) });
      expect((await partsOf(upload)).items).toContainEqual(answer.body);
    }
    expect((await partsOf(upload)).items.map((item: any) => item.part)).toEqual([1, 2, 3]);
    await complete(server, upload);
    await verifyAll(server);
    const { status, body } = await download(server, `${folder()}/${upload.path}`);
    expect([status, body.equals(content)]).toEqual([200, true]);
  });

  it('can be sent concurrently and twice', async () => {
    const upload = await open();
    await Promise.all([putAll(server, upload, content), putAll(server, upload, content)]);
    const hashes = [1, 2, 3].map((part) => sha256(partOf(content, part)));
    expect((await partsOf(upload)).items.map((item: any) => item.sha256)).toEqual(hashes);
    await putPart(server, upload, 2, partOf(content, 2));
    expect((await partsOf(upload)).items.map((item: any) => item.sha256)).toEqual(hashes);
  });

  it('replace an earlier part with the same number, and one of several concurrent ones wins', async () => {
    const upload = await open(small);
    const contents = Array.from({ length: 6 }, () => randomBytes(1000));
    await putPart(server, upload, 1, small);
    const other = await putPart(server, upload, 1, contents[0]!);
    expect((await partsOf(upload)).items).toEqual([other.body]);
    const answers = await atOnce(6, (index) => putPart(server, upload, 1, contents[index]!));
    expect(statusesOf(answers)).toEqual(times(6, 200));
    const [counted] = (await partsOf(upload)).items;
    expect(contents.map(sha256)).toContain(counted.sha256);
    await complete(server, upload);
    await verifyAll(server);
    const { body } = await download(server, `${folder()}/${upload.path}`);
    expect(sha256(body)).toBe(counted.sha256);
  });

  it('that were replaced by other content make a file that the old SHA-256 rejects', async () => {
    const upload = await open();
    await putAll(server, upload, content);
    const other = randomBytes(PART);
    await putPart(server, upload, 2, other);
    expect((await complete(server, upload, { sha256: sha256(content) })).status).toBe(200);
    await verifyAll(server);
    const whole = Buffer.concat([partOf(content, 1), other, partOf(content, 3)]);
    expect(await uploadOf(server, upload)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining(
        `The content has the SHA-256 ${sha256(whole)}, not ${sha256(content)}.`,
      ),
      file: { state: 'rejected', sha256: null },
    });
    expect((await download(server, `${folder()}/${upload.path}`)).status).toBe(409);
  });

  it('are listed in pages, without parts that are still arriving', async () => {
    const upload = await open();
    for (const part of [1, 3]) await putPart(server, upload, part, partOf(content, part));
    const first = await partsOf(upload, '?limit=1');
    expect(first.items.map((item: any) => item.part)).toEqual([1]);
    const second = await partsOf(upload, `?limit=1&cursor=${first.nextCursor}`);
    expect([second.items.map((item: any) => item.part), second.nextCursor]).toEqual([[3], null]);
    expect((await server.api('GET', `/v1/uploads/${upload.id}/parts?cursor=x`)).status).toBe(422);
  });

  it('extend the expiry of the upload, at most once a minute', async () => {
    const upload = await open(small);
    server.advance(30_000);
    await putPart(server, upload, 1, small);
    expect((await uploadOf(server, upload)).expiresAt).toBe(upload.expiresAt);
    server.advance(60_000);
    for (const act of [() => putPart(server, upload, 1, small), () => partsOf(upload)]) {
      await act();
      const { expiresAt, updatedAt } = await uploadOf(server, upload);
      expect(Date.parse(expiresAt!) - Date.parse(updatedAt)).toBe(7 * 86_400_000);
      expect(Date.parse(expiresAt!)).toBeGreaterThanOrEqual(Date.parse(upload.expiresAt!) + 90_000);
    }
  });
});

describe('a refused part', () => {
  const refused = async (part: number, bytes: Uint8Array, headers: Record<string, string>, more: object) => {
    const upload = await open(small);
    const answer = await putPart(server, upload, part, bytes, headers);
    expect(answer.body).toMatchObject(more);
    expect((await partsOf(upload)).items).toEqual([]);
    return answer;
  };
  const field = (where: string, pointer: string, message: unknown = expect.any(String)) => ({
    status: 422,
    errors: [{ in: where, pointer, message }],
  });

  it('is 422 for a wrong digest in any header', async () => {
    const base64 = digest(Buffer.from('other')).slice(9, -1);
    for (const headers of [
      { 'content-digest': digest(Buffer.from('other')) },
      { 'repr-digest': digest(Buffer.from('other')) },
      { digest: `SHA-256=${base64}` },
      { 'x-amz-checksum-sha256': base64 },
    ])
      await refused(1, small, headers, { status: 422, code: 'checksum_mismatch' });
  });

  it('is 422 for a missing or malformed digest', async () => {
    await refused(1, small, {}, field('header', '/content-digest'));
    await refused(1, small, { 'content-digest': 'md5=:x:' }, field('header', '/content-digest'));
    await refused(1, small, { 'content-digest': 'sha-256=:AAAA:' }, field('header', '/content-digest'));
  });

  it('is 422 for a second digest that is wrong or unknown, and for conditions', async () => {
    const right = digest(small);
    for (const [name, value, code] of [
      ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'checksum_mismatch'],
      ['content-digest', `${right}, md5=:AAAAAAAAAAAAAAAAAAAAAA==:`, 'checksum_mismatch'],
      ['content-md5', 'nonsense', 'invalid'],
      ['x-amz-checksum-crc32c', 'AAAAAA==', 'invalid'],
      ['content-digest', `${right}, crc32c=:AAAAAA==:`, 'invalid'],
      ['if-none-match', '*', 'invalid'],
    ] as const)
      await refused(1, small, { 'content-digest': right, [name]: value }, { status: 422, code });
    const upload = await open(small);
    const md5 = createHash('md5').update(small).digest('base64');
    const answer = await putPart(server, upload, 1, small, { 'content-digest': right, 'content-md5': md5 });
    expect(answer.status).toBe(200);
  });

  it('is 415 if encoded, and 400 with Content-Range', async () => {
    const headers = { 'content-digest': digest(small) };
    await refused(1, small, { ...headers, 'content-encoding': 'gzip' }, { status: 415 });
    await refused(1, small, { ...headers, 'content-range': 'bytes 0-999/1000' }, { status: 400 });
  });

  it('is 422 for a wrong or missing length, with the right one', async () => {
    for (const bytes of [small.subarray(1), Buffer.alloc(1001), Buffer.alloc(0)]) {
      const message = `is ${bytes.length}; part 1 must have 1000 bytes`;
      await refused(
        1,
        bytes,
        { 'content-digest': digest(bytes) },
        field('header', '/content-length', message),
      );
    }
    const upload = await open(small);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(small);
        controller.close();
      },
    });
    const headers = { 'content-digest': digest(small) };
    const answer = await server.api('PUT', `/v1/uploads/${upload.id}/parts/1`, chunked, headers);
    expect(answer.body).toMatchObject(
      field('header', '/content-length', 'is required; part 1 must have 1000 bytes'),
    );
  });

  it('is 422 for an unknown part number', async () => {
    const headers = { 'content-digest': digest(small) };
    await refused(
      2,
      small,
      headers,
      field('path', '/part', 'is not a part of the upload; its number of parts is 1'),
    );
    const upload = await open(Buffer.alloc(0));
    expect((await putPart(server, upload, 1, Buffer.alloc(0))).body).toMatchObject(field('path', '/part'));
    for (const part of ['0', '10001', '-1', '1.5', 'x', '01']) {
      const answer = await server.api('PUT', `/v1/uploads/${upload.id}/parts/${part}`, small, headers);
      expect(answer.body, part).toMatchObject(field('path', '/part'));
    }
  });

  it('is 400 if the client stalls or disconnects', async () => {
    const upload = await open();
    const head =
      `PUT /v1/uploads/${upload.id}/parts/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${PART}\r\n` +
      `Content-Digest: ${digest(partOf(content, 1))}\r\n\r\n`;
    const half = Buffer.concat([Buffer.from(head), content.subarray(0, PART / 2)]);
    const stalling = await connectRaw(server.url);
    stalling.send(half);
    await stalling.until(/^HTTP\/1.1 400 [\s\S]*No bytes of the body arrived for 300 ms/);
    stalling.socket.destroy();
    await hangUp(server, half, 20);
    expect((await partsOf(upload)).items).toEqual([]);
    await putAll(server, upload, content);
    expect((await complete(server, upload)).status).toBe(200);
  });

  it('is 404 for a missing upload or a deleted object, until the object is restored', async () => {
    expect((await putPart(server, { id: randomUUID() }, 1, small)).status).toBe(404);
    const owner = await newExperiment(server);
    const upload = await newUpload(server, 'experiment', owner, small);
    await server.api('DELETE', `/v1/experiments/${owner.id}`);
    expect((await putPart(server, upload, 1, small)).status).toBe(404);
    expect((await complete(server, upload)).status).toBe(404);
    expect((await uploadOf(server, upload)).state).toBe('open');
    await server.api('POST', `/v1/experiments/${owner.id}/restore`);
    expect((await putPart(server, upload, 1, small)).status).toBe(200);
    expect((await complete(server, upload)).status).toBe(200);
  });

  it('is 409 for a completed or aborted upload', async () => {
    const done = await completed(server, 'experiment', run, small, { path: `file-${++paths}` });
    const given = await open(small);
    await server.api('DELETE', `/v1/uploads/${given.id}`);
    for (const upload of [done, given]) {
      for (const answer of [
        await putPart(server, upload, 1, small),
        await server.api('GET', `/v1/uploads/${upload.id}/parts`),
        await server.api('POST', `/v1/uploads/${upload.id}/parts/sign`, {
          parts: [{ part: 1, sha256: sha256(small) }],
        }),
      ])
        expect([answer.status, answer.body.code]).toEqual([409, 'upload_closed']);
    }
  });

  it('is 409 if the upload is aborted meanwhile, and leaves nothing in the store', async () => {
    const upload = await open();
    const sending = putPart(server, upload, 1, partOf(content, 1));
    expect((await server.api('DELETE', `/v1/uploads/${upload.id}`)).status).toBe(204);
    await cleanUploads(server.ctx);
    expect([200, 409]).toContain((await sending).status);
    const { rows } = await server.db.requests.query('SELECT key FROM uploads WHERE cleaned_at IS NULL');
    const keep = new Set(rows.map((row) => row.key));
    expect(await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'), keep)).toBe(0);
  });

  it('is 409 for signing if the store cannot sign', async () => {
    const upload = await open(small);
    const body = { parts: [{ part: 1, sha256: sha256(small) }] };
    const answer = await server.api('POST', `/v1/uploads/${upload.id}/parts/sign`, body);
    expect([answer.status, answer.body.code]).toEqual([409, 'no_direct_upload']);
  });
});
