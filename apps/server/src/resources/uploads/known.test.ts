import { randomBytes } from 'node:crypto';
import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newModel, newOwner } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { begin, complete, download, sha256, uploadOf, verifyAll } from '../../../testing/uploads.ts';
import { cleanUploads, forgetUploads } from '../../workers/store/upload-cleanup.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;

/** Makes a file with content in a new model. */
async function stored(content: Buffer = randomBytes(300)) {
  const model = await newModel(server);
  const file = `/v1/models/${model.id}/files/source`;
  await server.api('PUT', file, content);
  return { model, file, content, sha256: sha256(content), sizeBytes: content.length };
}

describe.each(OWNER_KINDS)('POST /v1/uploads {%s, sha256}', (kind) => {
  it('is complete at once if the content is known, without sending a byte', async () => {
    const { content, ...known } = await stored();
    const owner = await newOwner(server, kind);
    const inStore = await Array.fromAsync(server.ctx.blobs.list());
    const { status, body } = await begin(server, kind, owner, {
      sizeBytes: known.sizeBytes,
      sha256: known.sha256,
      mediaType: 'text/plain',
      role: 'text',
    });
    expect(status).toBe(201);
    const file = {
      path: 'weights.bin',
      role: 'text',
      uri: null,
      sizeBytes: 300,
      sha256: known.sha256,
      state: 'verified',
      mediaType: 'text/plain',
      createdAt: body.createdAt,
    };
    expect(body).toMatchObject({
      object: { kind, id: owner.id },
      state: 'complete',
      sha256: known.sha256,
      sizeBytes: 300,
      partCount: 1,
      failure: null,
      expiresAt: null,
      file,
    });
    const path = `/v1/${kind}s/${owner.id}/files/weights.bin`;
    expect((await download(server, path)).body.equals(content)).toBe(true);
    expect(await Array.fromAsync(server.ctx.blobs.list())).toEqual(inStore);
    expect((await changesOf(server, owner.id)).at(-1)).toMatchObject({ action: 'files_attached' });
    expect((await complete(server, body)).body).toEqual(body);
    expect((await complete(server, body, { sha256: 'a'.repeat(64) })).status).toBe(422);
    expect((await server.api('DELETE', `/v1/uploads/${body.id}`)).body.code).toBe('upload_closed');
    const parts = await server.api('PUT', `/v1/uploads/${body.id}/parts/1`, content, {
      'x-amz-checksum-sha256': Buffer.from(known.sha256, 'hex').toString('base64'),
    });
    expect(parts.body.code).toBe('upload_closed');
    const listed = await server.api('GET', `/v1/uploads?${kind}=${owner.id}&state=complete`);
    expect(listed.body.items).toEqual([body]);
  });
});

it('accepts the bytes of content that is unknown, damaged, or only in deleted objects', async () => {
  const [damaged, deleted, dropped] = [await stored(), await stored(), await stored()];
  await server.db.requests.query('UPDATE blobs SET corrupt_at = now() WHERE sha256 = $1', [damaged.sha256]);
  await server.api('DELETE', `/v1/models/${deleted.model.id}`);
  await server.api('DELETE', dropped.file);
  const unknown = { sha256: sha256(randomBytes(9)), sizeBytes: 9 };
  for (const known of [unknown, damaged, deleted, dropped]) {
    const model = await newModel(server);
    const { sha256: hash, sizeBytes } = known;
    const { status, body } = await begin(server, 'model', model, { sha256: hash, sizeBytes });
    expect([status, body.state, body.sha256, body.file]).toEqual([201, 'open', hash, null]);
  }
});

it('replaces the file at the path, even during its verification', async () => {
  const known = await stored();
  const model = await newModel(server);
  const fields = { sha256: known.sha256, sizeBytes: 300 };
  await server.api('PUT', `/v1/models/${model.id}/files/weights.bin?role=audio`, Buffer.from('before'));
  expect((await begin(server, 'model', model, fields)).body.file).toMatchObject({
    role: 'audio',
    sizeBytes: 300,
  });
  const pending = await begin(server, 'model', model, { path: 'p', sizeBytes: 0 });
  await complete(server, pending.body);
  const attached = await begin(server, 'model', model, { ...fields, path: 'p' });
  expect(attached.body).toMatchObject({ state: 'complete', file: { state: 'verified' } });
  expect((await uploadOf(server, pending.body)).state).toBe('aborted');
  await verifyAll(server);
  expect((await uploadOf(server, attached.body)).file?.sha256).toBe(known.sha256);
});

it('returns 422 for another size, and 409 for a tracked path or frozen files', async () => {
  const known = await stored();
  const fields = { sha256: known.sha256, sizeBytes: 300 };
  const model = await newModel(server);
  const wrong = await begin(server, 'model', model, { ...fields, sizeBytes: 301 });
  expect([wrong.status, wrong.body.errors[0]]).toMatchObject([
    422,
    { in: 'body', pointer: '/sizeBytes', message: expect.stringContaining('300 bytes') },
  ]);
  await server.api('POST', `/v1/models/${model.id}/files`, { files: ['s3://b/weights.bin'] });
  expect((await begin(server, 'model', model, fields)).body.code).toBe('conflict');
  const frozen = await newOwner(server, 'version', { files: [] });
  expect((await begin(server, 'version', frozen, fields)).body.code).toBe('files_frozen');
  expect((await server.api('GET', `/v1/uploads?model=${model.id}`)).body.items).toEqual([]);
});

it('creates it once for an idempotency key, even if the content becomes known in between', async () => {
  const content = randomBytes(50);
  const model = await newModel(server);
  const body = { model: model.id, path: 'a', sizeBytes: 50, sha256: sha256(content) };
  const send = () => server.api('POST', '/v1/uploads', body, { 'idempotency-key': 'known-later' });
  const first = await send();
  expect(first.body.state).toBe('open');
  await stored(content);
  expect(await send()).toMatchObject({ status: 201, body: { id: first.body.id, state: 'open' } });
  expect((await server.api('GET', `/v1/models/${model.id}/files`)).body.items).toEqual([]);
});

it('charges a quota only for content that is new there: 413', async () => {
  const known = await stored();
  const namespace = `known-${known.model.id.slice(-6)}`;
  const model = await newModel(server, { namespace });
  const fields = { sha256: known.sha256, sizeBytes: 300 };
  const quota = (quotaBytes: number) =>
    server.api('PATCH', `/v1/namespaces/${ref(namespace)}`, { quotaBytes });
  await quota(299);
  expect((await begin(server, 'model', model, fields)).body.code).toBe('quota_exceeded');
  await quota(300);
  expect((await begin(server, 'model', model, fields)).body.state).toBe('complete');
  expect((await begin(server, 'model', model, { ...fields, path: 'again' })).body.state).toBe('complete');
  const { body } = await server.api('GET', `/v1/namespaces/${namespace}/usage`);
  expect(body).toMatchObject({ usedBytes: 300, uploadingBytes: 0, files: 2, contents: 1 });
});

it('deletes its row like others, and keeps its file', async () => {
  const known = await stored();
  const model = await newModel(server);
  const { body } = await begin(server, 'model', model, { sha256: known.sha256, sizeBytes: 300 });
  server.advance(8 * DAY);
  await cleanUploads(server.ctx);
  await forgetUploads(server.ctx);
  expect((await server.api('GET', `/v1/uploads/${body.id}`)).status).toBe(404);
  expect((await download(server, `/v1/models/${model.id}/files/weights.bin`)).status).toBe(200);
});
