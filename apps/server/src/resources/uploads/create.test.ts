import { randomUUID } from 'node:crypto';
import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changesOf,
  newCheckpoint,
  newExperiment,
  newModel,
  newOwner,
  newVersion,
} from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { begin, completed, MiB, newUpload, PART, sha256, uploadOf } from '../../../testing/uploads.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ maxFileSize: 100 * 2 ** 30 });
});
afterAll(() => server.stop());

const folders = async (): Promise<number> =>
  Number((await server.db.requests.query('SELECT count(*) FROM uploads')).rows[0].count);
const content = Buffer.from('the content');

describe('an upload', () => {
  it.each(OWNER_KINDS)('is created for a %s with 201, and is open', async (kind) => {
    const owner = await newOwner(server, kind);
    const { status, body } = await begin(server, kind, owner, { path: 'a/Größe.bin', sizeBytes: 40 * MiB });
    expect(status).toBe(201);
    const roles = { version: 'model', checkpoint: 'checkpoint', model: 'other', experiment: 'other' };
    expect(body).toMatchObject({
      object: { kind, id: owner.id },
      path: 'a/Größe.bin'.normalize('NFC'),
      role: roles[kind],
      ...{ mediaType: null, sha256: null, failure: null, file: null, direct: false },
      ...{ sizeBytes: 40 * MiB, partSizeBytes: 16 * MiB, partCount: 3, state: 'open', createdBy: 'local' },
    });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(7 * 86_400_000);
    expect(await uploadOf(server, body)).toEqual(body);
    expect((await changesOf(server, owner.id)).at(-1)).toMatchObject({
      action: 'upload_created',
      detail: { id: body.id, sizeBytes: 40 * MiB },
    });
  });

  it('accepts the name of the object, and the fields of the file', async () => {
    const model = await newModel(server);
    const said = { role: 'text', mediaType: 'Text/Plain; charset=utf-8', sha256: sha256(content) };
    const path = `${model.namespace}/${model.name}`;
    const { body } = await server.api('POST', '/v1/uploads', {
      model: path,
      path: 'a',
      sizeBytes: 11,
      ...said,
    });
    expect(body).toMatchObject({ ...said, mediaType: 'text/plain; charset=utf-8', object: { id: model.id } });
  });

  it('has parts of the requested size, at most 10,000, and none for an empty file', async () => {
    const model = await newModel(server);
    const parts = async (fields: object) => {
      const { body } = await begin(server, 'model', model, fields);
      return [body.partSizeBytes, body.partCount];
    };
    expect(await parts({ sizeBytes: 0 })).toEqual([16 * MiB, 0]);
    expect(await parts({ sizeBytes: 1 })).toEqual([16 * MiB, 1]);
    expect(await parts({ sizeBytes: PART + 1, partSizeBytes: PART })).toEqual([PART, 2]);
    expect(await parts({ sizeBytes: 100 * 2 ** 30, partSizeBytes: 5 * 2 ** 30 })).toEqual([5 * 2 ** 30, 20]);
  });

  it('is 422 without an object, with several, and with an invalid path or size, with each field', async () => {
    const { id } = await newModel(server);
    const run = await newExperiment(server);
    const refused = async (body: object, ...pointers: string[]) => {
      const answer = await server.api('POST', '/v1/uploads', body);
      expect([answer.status, answer.body.errors?.map((error: any) => error.pointer)]).toEqual([
        422,
        pointers,
      ]);
    };
    await refused({ path: 'a', sizeBytes: 1 }, '/model', '/version', '/experiment', '/checkpoint');
    await refused({ model: id, experiment: run.id, path: 'a', sizeBytes: 1 }, '/model', '/experiment');
    await refused({ model: id, path: '../a', sizeBytes: 1 }, '/path');
    await refused({ model: id, path: 'a', sizeBytes: -1 }, '/sizeBytes');
    await refused({ model: id, path: 'a', sizeBytes: 1.5 }, '/sizeBytes');
    await refused({ model: id, path: 'a' }, '/sizeBytes');
    await refused({ model: id, path: 'a', sizeBytes: 1, partSizeBytes: PART - 1 }, '/partSizeBytes');
    await refused({ model: id, path: 'a', sizeBytes: 1, partSizeBytes: 5 * 2 ** 30 + 1 }, '/partSizeBytes');
    await refused({ model: id, path: 'a', sizeBytes: 100 * 2 ** 30, partSizeBytes: PART }, '/partSizeBytes');
    await refused({ model: id, path: 'a', sizeBytes: 1, sha256: 'ab' }, '/sha256');
    await refused({ model: id, path: 'a', sizeBytes: 1, mediaType: 'text/plain;\r\nx: y' }, '/mediaType');
  });

  it('is 413 above the file size limit', async () => {
    const answer = await begin(server, 'model', await newModel(server), { sizeBytes: 100 * 2 ** 30 + 1 });
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([
      413,
      'too_large',
      '/sizeBytes',
    ]);
  });

  it('is 413 above the size of all parts', async () => {
    const own = await startTestServer({ maxFileSize: 2 ** 50 });
    const model = await newModel(own);
    const most = 10_000 * 5 * 2 ** 30;
    expect((await begin(own, 'model', model, { sizeBytes: most + 1 })).status).toBe(413);
    expect((await begin(own, 'model', model, { sizeBytes: most })).body.partSizeBytes).toBe(5 * 2 ** 30);
    await own.stop();
  });

  it('is 404 for a missing or deleted object', async () => {
    const run = await newExperiment(server);
    await server.api('DELETE', `/v1/experiments/${run.id}`);
    expect((await begin(server, 'experiment', run, { sizeBytes: 1 })).status).toBe(404);
    expect((await begin(server, 'version', { id: randomUUID() }, { sizeBytes: 1 })).status).toBe(404);
  });

  it('is 409 for frozen files or a tracked path, without an upload in the store', async () => {
    const before = await folders();
    const model = await newModel(server);
    await server.api('POST', `/v1/models/${model.id}/files`, { files: ['s3://b/weights.bin'] });
    const tracked = await begin(server, 'model', model, { sizeBytes: 1 });
    expect([tracked.status, tracked.body.code]).toEqual([409, 'conflict']);
    const frozen = await begin(server, 'version', await newVersion(server, { files: [] }), { sizeBytes: 1 });
    expect([frozen.status, frozen.body.code]).toEqual([409, 'files_frozen']);
    expect(await folders()).toBe(before);
    const keys = (await server.db.requests.query('SELECT key FROM uploads')).rows.map((row) => row.key);
    expect(await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'), new Set(keys))).toBe(0);
  });

  it('is 422 above the limit of files', async () => {
    const checkpoint = await newCheckpoint(server);
    const files = Array.from({ length: 10_000 }, (_, index) => `s3://b/${index}`);
    await server.api('POST', `/v1/checkpoints/${checkpoint.id}/files`, { files });
    const answer = await begin(server, 'checkpoint', checkpoint, { sizeBytes: 1 });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/path']);
  });
});

describe('uploads', () => {
  it('are listed per object, newest first, in pages, and by state', async () => {
    const [run, other] = [await newExperiment(server), await newExperiment(server)];
    const ids: string[] = [];
    for (const path of ['a', 'b', 'c'])
      ids.unshift((await newUpload(server, 'experiment', run, content, { path })).id);
    const done = await completed(server, 'experiment', run, content, { path: 'd' });
    await newUpload(server, 'experiment', other, content);
    const list = async (more = '') =>
      (await server.api('GET', `/v1/uploads?experiment=${run.id}${more}`)).body;
    expect((await list()).items.map((item: any) => item.id)).toEqual([done.id, ...ids]);
    expect((await list('&state=verifying')).items).toEqual([await uploadOf(server, done)]);
    const first = await list('&state=open&limit=2');
    expect(first.items.map((item: any) => item.id)).toEqual(ids.slice(0, 2));
    const second = await list(`&state=open&limit=2&cursor=${first.nextCursor}`);
    expect([second.items.map((item: any) => item.id), second.nextCursor]).toEqual([ids.slice(2), null]);
  });

  it('are 422 without an object, with two objects, or with a cursor of another list', async () => {
    const run = await newExperiment(server);
    expect((await server.api('GET', '/v1/uploads')).body.errors).toHaveLength(4);
    expect(
      (await server.api('GET', `/v1/uploads?experiment=${run.id}&model=${(await newModel(server)).id}`))
        .status,
    ).toBe(422);
    const cursor = Buffer.from('"x"').toString('base64url');
    expect((await server.api('GET', `/v1/uploads?experiment=${run.id}&cursor=${cursor}`)).status).toBe(422);
    expect((await server.api('GET', `/v1/uploads?experiment=${run.id}&state=done`)).status).toBe(422);
  });

  it('are 404 if missing', async () => {
    for (const id of [randomUUID(), 'x'])
      expect((await server.api('GET', `/v1/uploads/${id}`)).status, id).toBe(404);
    expect((await server.api('DELETE', `/v1/uploads/${randomUUID()}`)).status).toBe(404);
  });
});
