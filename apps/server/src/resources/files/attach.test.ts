import { createHash, randomBytes } from 'node:crypto';
import { ATTACH_MAX, FILES_MAX, OWNER_KINDS } from '@modelbox/schema';
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
import { purge } from '../../workers/purge.ts';
import { deletePending, sweepBlobs } from '../../workers/store/blob-sweep.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const sha256Of = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
const attach = (path: string, files: unknown, headers?: Record<string, string>) =>
  server.api('POST', `${path}/files/attach`, { files }, headers);
const put = (path: string, content: Buffer | string) => server.api('PUT', path, Buffer.from(content));
const filesOf = async (path: string): Promise<any[]> => (await server.api('GET', `${path}/files`)).body.items;

/** Makes a file with unique content in a new model. */
async function stored(content: Buffer | string = randomBytes(64)) {
  const model = await newModel(server);
  const path = `/v1/models/${model.id}`;
  const { body } = await put(`${path}/files/source.bin`, content);
  return { model, path, file: `${path}/files/source.bin`, sha256: body.sha256 as string };
}

/** The problem of an answer, without the parts that differ per request. */
const refusalOf = ({ status, body }: { status: number; body: any }) => {
  const { requestId: _, ...rest } = body;
  return { status, ...rest };
};

describe.each(OWNER_KINDS)('POST /v1/%ss/{id}/files/attach', (kind) => {
  it('makes files without their bytes, and a repetition changes nothing', async () => {
    const content = randomBytes(1000);
    const { sha256 } = await stored(content);
    const other = await stored();
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const blobs = await server.db.requests.query('SELECT 1 FROM blobs');
    const files = [
      { path: 'w/b.bin', sha256, role: 'text', mediaType: 'text/plain' },
      { path: 'a.bin', sha256 },
      { path: 'c.bin', sha256: other.sha256 },
    ];
    const attached = await attach(path, files);
    expect(attached.status).toBe(200);
    const own = {
      uri: null,
      sha256,
      sizeBytes: 1000,
      state: 'verified',
      createdAt: expect.stringMatching(/Z$/),
    };
    const role = { model: 'other', version: 'model', experiment: 'other', checkpoint: 'checkpoint' }[kind];
    expect(attached.body.items).toEqual([
      { ...own, path: 'a.bin', role, mediaType: null },
      { ...own, path: 'c.bin', role, mediaType: null, sha256: other.sha256, sizeBytes: 64 },
      { ...own, path: 'w/b.bin', role: 'text', mediaType: 'text/plain' },
    ]);
    expect(await filesOf(path)).toEqual(attached.body.items);
    const read = await fetch(`${server.url}${path}/files/w/b.bin`);
    expect(Buffer.from(await read.arrayBuffer()).equals(content)).toBe(true);
    expect((await server.db.requests.query('SELECT 1 FROM blobs')).rowCount).toBe(blobs.rowCount);

    expect((await attach(path, files)).body).toEqual(attached.body);
    const [, change, ...more] = await changesOf(server, id);
    expect(more).toEqual([]);
    expect(change).toMatchObject({ action: 'files_attached', actor: 'local' });
    expect(change?.detail.files).toEqual([
      { path: 'w/b.bin', role: 'text', sizeBytes: 1000, sha256, replaced: null },
      { path: 'a.bin', role, sizeBytes: 1000, sha256, replaced: null },
      { path: 'c.bin', role, sizeBytes: 64, sha256: other.sha256, replaced: null },
    ]);
  });

  it('replaces other content, and changes role or media type if they are given', async () => {
    const { sha256 } = await stored();
    const { id } = await newOwner(server, kind);
    const path = `/v1/${kind}s/${id}`;
    const before = await put(`${path}/files/a.bin?role=image`, `before ${id}`);
    await put(`${path}/files/b.bin`, 'stays');
    const replaced = await attach(path, [{ path: 'a.bin', sha256 }]);
    expect(replaced.body.items).toMatchObject([{ path: 'a.bin', sha256, role: 'image', mediaType: null }]);
    const [file] = (await attach(path, [{ path: 'a.bin', sha256, mediaType: 'audio/ogg' }])).body.items;
    expect(file).toMatchObject({ role: 'image', mediaType: 'audio/ogg' });
    expect((await attach(path, [{ path: 'a.bin', sha256 }])).body.items).toEqual([file]);
    expect((await attach(path, [{ path: 'a.bin', sha256, role: 'audio' }])).body.items).toMatchObject([
      { role: 'audio', mediaType: 'audio/ogg' },
    ]);
    expect((await filesOf(path)).map(({ path: at }) => at)).toEqual(['a.bin', 'b.bin']);
    const changes = (await changesOf(server, id)).filter(({ action }) => action === 'files_attached');
    expect(changes.map(({ detail }) => detail.files[0].replaced)).toEqual([
      before.body.sha256,
      sha256,
      sha256,
    ]);
  });
});

describe('content that cannot be attached', () => {
  it('is 404 with the same text if it is not stored, only in deleted objects, or gone', async () => {
    const target = await newModel(server);
    const path = `/v1/models/${target.id}`;
    const unknown = refusalOf(await attach(path, [{ path: 'x', sha256: sha256Of('never stored') }]));
    expect(unknown).toMatchObject({
      status: 404,
      code: 'not_found',
      errors: [{ in: 'body', pointer: '/files/0/sha256' }],
    });
    const refuses = async (sha256: string) =>
      expect(refusalOf(await attach(path, [{ path: 'x', sha256 }]))).toEqual(unknown);

    // Deleted with its object, then with the parent of the object, and restored.
    const source = await stored();
    await server.api('DELETE', source.path);
    await refuses(source.sha256);
    await server.api('POST', `${source.path}/restore`);
    expect((await attach(path, [{ path: 'x', sha256: source.sha256 }])).status).toBe(200);
    const version = await newVersion(server);
    const { body } = await put(`/v1/versions/${version.id}/files/a`, `of a version ${version.id}`);
    await server.api('DELETE', `/v1/models/${version.modelId}`);
    await refuses(body.sha256);
    const checkpoint = await newCheckpoint(server, { status: 'pending' });
    const saved = await put(`/v1/checkpoints/${checkpoint.id}/files/a`, `of ${checkpoint.id}`);
    await server.api('DELETE', `/v1/experiments/${checkpoint.experimentId}`);
    await refuses(saved.body.sha256);

    // A deleted file: no object has the content, but the store still does.
    const dropped = await stored();
    await server.api('DELETE', dropped.file);
    await refuses(dropped.sha256);
    await sweepBlobs(server.ctx);
    server.advance(DAY);
    await sweepBlobs(server.ctx);
    await deletePending(server.ctx);
    await refuses(dropped.sha256);
    expect(await filesOf(path)).toHaveLength(1);
  });

  it('is 404 if it was found damaged, until it is uploaded again', async () => {
    const source = await stored('sound once');
    const target = await newModel(server);
    const path = `/v1/models/${target.id}`;
    await server.db.requests.query('UPDATE blobs SET corrupt_at = now() WHERE sha256 = $1', [source.sha256]);
    expect((await attach(path, [{ path: 'x', sha256: source.sha256 }])).status).toBe(404);
    await put(source.file, 'sound once');
    expect((await attach(path, [{ path: 'x', sha256: source.sha256 }])).status).toBe(200);
  });

  it('is 404 if only a tracked file or an upload claims its hash', async () => {
    const target = await newModel(server);
    const path = `/v1/models/${target.id}`;
    const sha256 = sha256Of('said to be so');
    await server.api('POST', `${path}/files`, { files: [{ uri: 's3://b/said', sha256 }] });
    await server.api('POST', '/v1/uploads', { model: target.id, path: 'up', sizeBytes: 13, sha256 });
    expect((await attach(path, [{ path: 'x', sha256 }])).status).toBe(404);
  });

  it('is 404 with every such item, and nothing is attached', async () => {
    const { sha256 } = await stored();
    const target = await newModel(server);
    const [one, two] = [sha256Of('one'), sha256Of('two')];
    const refused = await attach(`/v1/models/${target.id}`, [
      { path: 'a', sha256: one },
      { path: 'b', sha256 },
      { path: 'c', sha256: two },
      { path: 'd', sha256: one },
    ]);
    expect(refused.status).toBe(404);
    expect(refused.body.errors.map((error: any) => error.pointer)).toEqual([
      '/files/0/sha256',
      '/files/2/sha256',
      '/files/3/sha256',
    ]);
    expect(await filesOf(`/v1/models/${target.id}`)).toEqual([]);
  });

  it('is not looked up if the object is missing: 404', async () => {
    const refused = await attach(`/v1/models/${sha256Of('x').slice(0, 8)}`, [{ path: 'a', sha256: 'x' }]);
    expect(refused.body.errors[0].pointer).toBe('/model');
  });
});

describe('an invalid request', () => {
  it('is 422 for invalid or duplicate paths, invalid hashes, too many files or no files', async () => {
    const { sha256 } = await stored();
    const target = await newModel(server);
    const path = `/v1/models/${target.id}`;
    const pointers = async (files: unknown) => {
      const { status, body } = await attach(path, files);
      expect(status).toBe(422);
      return body.errors.map((error: any) => error.pointer);
    };
    expect(
      await pointers([
        { path: '../a', sha256 },
        { path: 'b', sha256 },
        { path: '/c', sha256 },
      ]),
    ).toEqual(['/files/0/path', '/files/2/path']);
    expect(
      await pointers([
        { path: 'gro\u0308\u00dfe', sha256 },
        { path: 'gr\u00f6\u00dfe', sha256 },
      ]),
    ).toEqual(['/files/1/path']);
    expect(await pointers([{ path: 'a', sha256: sha256.toUpperCase() }])).toEqual(['/files/0/sha256']);
    expect(await pointers([{ path: 'a', sha256, mediaType: 'text' }])).toEqual(['/files/0/mediaType']);
    expect(await pointers([{ path: 'a', sha256, size: 1 }])).toEqual(['/files/0/size']);
    expect(await pointers([])).toEqual(['/files']);
    const many = Array.from({ length: ATTACH_MAX + 1 }, (_, index) => ({ path: `${index}`, sha256 }));
    expect(await pointers(many)).toEqual(['/files']);
    expect((await attach(path, many.slice(1))).body.items).toHaveLength(ATTACH_MAX);
  });

  it('is 409 with each tracked path, and nothing is attached', async () => {
    const { sha256 } = await stored();
    const target = await newModel(server);
    const path = `/v1/models/${target.id}`;
    await server.api('POST', `${path}/files`, { files: ['s3://b/a.pt', 's3://b/c.pt'] });
    const refused = await attach(path, [
      { path: 'a.pt', sha256 },
      { path: 'b.pt', sha256 },
      { path: 'c.pt', sha256 },
    ]);
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(refused.body.errors.map((error: any) => error.pointer)).toEqual([
      '/files/0/path',
      '/files/2/path',
    ]);
    expect(refused.body.errors[0].message).toContain('s3://b/a.pt');
    expect(await filesOf(path)).toHaveLength(2);
  });

  it.each(['version', 'checkpoint'] as const)('is 409 for a ready %s', async (kind) => {
    const { sha256 } = await stored();
    const owner = await newOwner(server, kind, { files: [] });
    const refused = await attach(`/v1/${kind}s/${owner.id}`, [{ path: 'a', sha256 }]);
    expect(refused).toMatchObject({ status: 409, body: { code: 'files_frozen', id: owner.id } });
  });

  it('is 409 or 422 with each path below a file or in place of a folder', async () => {
    const { sha256 } = await stored();
    const { id } = await newExperiment(server);
    const path = `/v1/experiments/${id}`;
    await attach(path, [{ path: 'a/b', sha256 }]);
    const files = ['x', 'a', 'a/b/c', 'a/b'].map((name) => ({ path: name, sha256 }));
    const there = await attach(path, files);
    expect([there.status, there.body.code]).toEqual([422, 'invalid']);
    expect(there.body.errors.map((error: any) => error.pointer)).toEqual(['/files/2/path', '/files/3/path']);
    const clash = await attach(path, [files[0], files[1]]);
    expect([clash.status, clash.body.code]).toEqual([409, 'conflict']);
    expect(clash.body.errors.map((error: any) => error.pointer)).toEqual(['/files/1/path']);
    expect((await attach(path, [files[2]])).status).toBe(409);
    expect((await filesOf(path)).map((file) => file.path)).toEqual(['a/b']);
    expect((await attach(path, [files[0], files[3]])).status).toBe(200);
  });

  it('is 422 above the limit of files, not counting replacements', async () => {
    const { sha256 } = await stored();
    const target = await newExperiment(server);
    const path = `/v1/experiments/${target.id}`;
    await put(`${path}/files/a`, 'first');
    const uris = Array.from({ length: FILES_MAX - 2 }, (_, index) => `s3://b/${index}`);
    await server.api('POST', `${path}/files`, { files: uris });
    const files = ['a', 'b', 'c'].map((at) => ({ path: at, sha256 }));
    expect((await attach(path, files)).body).toMatchObject({
      code: 'invalid',
      errors: [{ pointer: '/files' }],
    });
    expect((await attach(path, files.slice(0, 2))).status).toBe(200);
  });
});

it('attaches once for an idempotency key, and replays the current files', async () => {
  const { sha256 } = await stored();
  const target = await newModel(server);
  const path = `/v1/models/${target.id}`;
  const key = { 'idempotency-key': `attach-${target.id}` };
  const files = [
    { path: 'a', sha256 },
    { path: 'b', sha256 },
  ];
  const first = await attach(path, files, key);
  await server.api('DELETE', `${path}/files/b`);
  const replay = await attach(path, files, key);
  expect([replay.status, replay.body.items]).toEqual([200, first.body.items.slice(0, 1)]);
  expect((await attach(path, files.slice(1), key)).body.code).toBe('idempotency_key_reused');
  expect(await filesOf(path)).toHaveLength(1);
});

it('protects unreferenced content from the sweep by attaching it', async () => {
  const source = await stored();
  const keeper = await newModel(server);
  const path = `/v1/models/${keeper.id}`;
  await attach(path, [{ path: 'kept', sha256: source.sha256 }]);
  await server.api('DELETE', source.path);
  server.advance(31 * DAY);
  await purge(server.ctx, 100);
  await sweepBlobs(server.ctx);
  server.advance(2 * DAY);
  await sweepBlobs(server.ctx);
  await deletePending(server.ctx);
  expect((await server.api('GET', `${path}/files/kept`)).status).toBe(200);
});

it('replaces a file that was being verified, and ends its upload', async () => {
  const { sha256 } = await stored();
  const target = await newModel(server);
  const path = `/v1/models/${target.id}`;
  const { body: upload } = await server.api('POST', '/v1/uploads', {
    model: target.id,
    path: 'a',
    sizeBytes: 0,
  });
  await server.api('POST', `/v1/uploads/${upload.id}/complete`);
  expect((await filesOf(path))[0].state).toBe('verifying');
  expect((await attach(path, [{ path: 'a', sha256 }])).body.items).toMatchObject([
    { state: 'verified', sha256 },
  ]);
  expect((await server.api('GET', `/v1/uploads/${upload.id}`)).body.state).toBe('aborted');
});
