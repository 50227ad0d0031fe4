import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, freshName, newCheckpoint, newExperiment, newModel } from '../../../testing/objects.ts';
import { connectRaw } from '../../../testing/raw.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { begin, complete, newUpload, putAll, verifyAll } from '../../../testing/uploads.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { purge } from '../../workers/purge.ts';
import { demandRoom } from './quota.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  // Every stored file has the namespace of its object.
  const { rows } = await server.db.requests.query(
    `SELECT * FROM files WHERE blob_id IS NOT NULL
       AND namespace_id IS DISTINCT FROM namespace_of(object_kind, object_id)`,
  );
  expect(rows).toEqual([]);
  await server.stop();
});

const DAY = 86_400_000;
const pathOf = (namespace: string) => `/v1/namespaces/${ref(namespace)}`;
const setQuota = (namespace: string, quotaBytes: number | null) =>
  server.api('PATCH', pathOf(namespace), { quotaBytes });
const usageOf = async (namespace: string): Promise<any> =>
  (await server.api('GET', `${pathOf(namespace)}/usage`)).body;
const attach = (path: string, sha256: string, at = 'attached') =>
  server.api('POST', `${path}/files/attach`, { files: [{ path: at, sha256 }] });

/** Sends content without a length, so the server cannot refuse it early. */
const stream = (path: string, content: Uint8Array) => server.api('PUT', path, new Blob([content]).stream());

/** Makes a new namespace with a quota, and a model in it. */
async function limited(quotaBytes: number, below = '') {
  const root = freshName('quota');
  const model = await newModel(server, { namespace: `${root}${below}` });
  expect((await setQuota(root, quotaBytes)).status).toBe(200);
  return { root, model, path: `/v1/models/${model.id}` };
}

const exceeded = (namespace: string, quota: number, used: number, asked: number) => ({
  status: 413,
  body: {
    code: 'quota_exceeded',
    detail:
      `The namespace ${namespace} has a quota of ${quota} bytes. ${used} bytes are used or reserved by uploads, and ` +
      `the request needs ${asked} more. Free space, or ask an admin of the namespace for a larger quota.`,
  },
});

describe('PATCH {quotaBytes}', () => {
  it('sets, changes and removes it, increments the ETag, and records changes', async () => {
    const { namespace } = await newModel(server, { namespace: freshName('set') });
    const set = await setQuota(namespace, 5_000_000_000_000);
    expect(set.body.quotaBytes).toBe(5_000_000_000_000);
    expect(set.headers.get('etag')).toBe('"2"');
    expect((await setQuota(namespace, 5_000_000_000_000)).headers.get('etag')).toBe('"2"');
    expect((await setQuota(namespace, 0)).body.quotaBytes).toBe(0);
    expect((await server.api('PATCH', pathOf(namespace), { description: 'ours' })).body.quotaBytes).toBe(0);
    const listed = await server.api(
      'GET',
      `/v1/namespaces?filter=${ref(`quotaBytes = 0 AND path = '${namespace}'`)}`,
    );
    expect(listed.body.items).toMatchObject([{ path: namespace, quotaBytes: 0 }]);
    expect((await setQuota(namespace, null)).body.quotaBytes).toBeNull();
    const changes = await changesOf(server, set.body.id);
    expect(changes.map((change) => change.after.quotaBytes)).toEqual([null, 5_000_000_000_000, 0, 0, null]);
    for (const [index, change] of changes.slice(1).entries())
      expect(change.before).toEqual(changes[index]?.after);
  });

  it.each([-1, 1.5, '10GiB', 2 ** 60])('returns 422 for %j', async (quotaBytes) => {
    const { namespace } = await newModel(server);
    const refused = await server.api('PATCH', pathOf(namespace), { quotaBytes });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/quotaBytes']);
  });
});

describe('GET …/usage', () => {
  it('counts each content once, with namespaces below, without tracked files', async () => {
    const root = freshName('usage');
    const paths = ['', '/a', '/a/b', '/ab'];
    const models = await Promise.all(paths.map((path) => newModel(server, { namespace: `${root}${path}` })));
    await newModel(server, { namespace: `${root}-beside` }).then(({ id }) =>
      stream(`/v1/models/${id}/files/x`, randomBytes(7)),
    );
    const shared = randomBytes(1000);
    for (const { id } of models) {
      await stream(`/v1/models/${id}/files/shared`, shared);
      await stream(`/v1/models/${id}/files/own`, randomBytes(10));
      await server.api('POST', `/v1/models/${id}/files`, { files: [{ uri: 's3://b/x', sizeBytes: 99 }] });
    }
    const none = { quotaBytes: null, uploadingBytes: 0 };
    expect(await usageOf(root)).toEqual({ namespace: root, ...none, usedBytes: 1040, files: 8, contents: 5 });
    expect(await usageOf(`${root}/a`)).toEqual({
      namespace: `${root}/a`,
      ...none,
      usedBytes: 1020,
      files: 4,
      contents: 3,
    });
    await setQuota(`${root}/ab`, 5000);
    expect(await usageOf(`${root}/ab`)).toMatchObject({ quotaBytes: 5000, usedBytes: 1010, files: 2 });
    expect((await server.api('GET', `${pathOf(`${root}/none`)}/usage`)).status).toBe(404);
  });

  it('counts files of all kinds of objects, and of deleted ones until the purge', async () => {
    const root = freshName('usage');
    const model = await newModel(server, { namespace: root });
    const version = await server.api('POST', `/v1/models/${model.id}/versions`, { version: 'v1' });
    const experiment = await newExperiment(server, { namespace: root });
    const checkpoint = await newCheckpoint(server, { status: 'pending' }, experiment);
    const owners = [
      `/v1/models/${model.id}`,
      `/v1/versions/${version.body.id}`,
      `/v1/experiments/${experiment.id}`,
      `/v1/checkpoints/${checkpoint.id}`,
    ];
    for (const path of owners) await stream(`${path}/files/a`, randomBytes(100));
    expect(await usageOf(root)).toMatchObject({ usedBytes: 400, files: 4, contents: 4 });
    await server.api('DELETE', `${owners[2]}/files/a`);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 300, files: 3 });
    await server.api('DELETE', `/v1/models/${model.id}`);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 300, files: 3 });
    server.advance(31 * DAY);
    await purge(server.ctx, 100);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 100, files: 1 });
  });
});

describe('PUT of a file', () => {
  it('returns 413 before a byte is sent if it has a length', async () => {
    const { root, path } = await limited(1000);
    expect((await server.api('PUT', `${path}/files/a`, randomBytes(600))).status).toBe(201);
    const connection = await connectRaw(server.url);
    connection.send(`PUT ${path}/files/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n`);
    const [, body = ''] = await connection.until(/^HTTP\/1\.1 413 [\s\S]*\r\n\r\n(\{.*\})/);
    expect({ status: 413, body: JSON.parse(body) }).toMatchObject(exceeded(root, 1000, 600, 500));
    connection.socket.destroy();
    expect((await server.api('PUT', `${path}/files/b`, randomBytes(400))).status).toBe(201);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 1000, files: 2 });
  });

  it('returns 413 at the end without a length, and leaves nothing', async () => {
    const { root, path } = await limited(1000);
    expect((await stream(`${path}/files/a`, randomBytes(600))).status).toBe(201);
    expect(await stream(`${path}/files/b`, randomBytes(401))).toMatchObject(exceeded(root, 1000, 600, 401));
    expect((await server.api('GET', `${path}/files`)).body.items).toHaveLength(1);
    const { rows } = await server.db.requests.query<{ key: string }>('SELECT key FROM blobs');
    const inStore = await Array.fromAsync(server.ctx.blobs.list(), (blob) => blob.key);
    expect(inStore.toSorted()).toEqual(rows.map((row) => row.key).toSorted());
    expect((await stream(`${path}/files/b`, randomBytes(400))).status).toBe(201);
  });

  it('returns 413 with the topmost exceeded quota', async () => {
    const { root, path } = await limited(1000, '/sub/leaf');
    await setQuota(`${root}/sub`, 400);
    await setQuota(`${root}/sub/leaf`, 2000);
    expect(await stream(`${path}/files/a`, randomBytes(401))).toMatchObject(
      exceeded(`${root}/sub`, 400, 0, 401),
    );
    expect((await stream(`${path}/files/a`, randomBytes(300))).status).toBe(201);
    const beside = await newModel(server, { namespace: `${root}/beside` });
    expect((await stream(`/v1/models/${beside.id}/files/a`, randomBytes(650))).status).toBe(201);
    expect(await stream(`${path}/files/b`, randomBytes(51))).toMatchObject(exceeded(root, 1000, 950, 51));
    // Quotas of namespaces beside or below do not apply.
    const other = await newModel(server, { namespace: `${root}-x` });
    expect((await stream(`/v1/models/${other.id}/files/a`, randomBytes(5000))).status).toBe(201);
  });

  it('charges nothing for content that the namespace already has', async () => {
    const { root, path } = await limited(1000);
    const below = await newModel(server, { namespace: `${root}/below` });
    const content = randomBytes(1000);
    await stream(`/v1/models/${below.id}/files/a`, content);
    expect((await stream(`${path}/files/copy`, content)).status).toBe(201);
    expect((await stream(`${path}/files/more`, randomBytes(1))).status).toBe(413);
    expect((await stream(`${path}/files/empty`, new Uint8Array())).status).toBe(201);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 1000, files: 3, contents: 2 });
  });

  it('subtracts replaced content, and accepts repeated uploads', async () => {
    const { root, path } = await limited(1000);
    const first = randomBytes(900);
    await stream(`${path}/files/a`, first);
    expect((await server.api('PUT', `${path}/files/a`, first)).status).toBe(200);
    expect((await server.api('PUT', `${path}/files/a`, randomBytes(1000))).status).toBe(200);
    expect(await server.api('PUT', `${path}/files/a`, randomBytes(1001))).toMatchObject({ status: 413 });
    expect(await stream(`${path}/files/a`, randomBytes(1001))).toMatchObject(exceeded(root, 1000, 0, 1001));
    expect(await usageOf(root)).toMatchObject({ usedBytes: 1000, files: 1 });
  });

  it('frees the bytes of deleted files at once, and of deleted objects at the purge', async () => {
    const { root, path } = await limited(1000);
    const other = await newModel(server, { namespace: root });
    await stream(`${path}/files/a`, randomBytes(500));
    await stream(`/v1/models/${other.id}/files/a`, randomBytes(500));
    expect((await stream(`${path}/files/b`, randomBytes(500))).status).toBe(413);
    await server.api('DELETE', `${path}/files/a`);
    expect((await stream(`${path}/files/b`, randomBytes(500))).status).toBe(201);
    await server.api('DELETE', `/v1/models/${other.id}`);
    expect((await server.api('PUT', `${path}/files/c`, randomBytes(500))).status).toBe(413);
    server.advance(31 * DAY);
    await purge(server.ctx, 100);
    expect((await server.api('PUT', `${path}/files/c`, randomBytes(500))).status).toBe(201);
  });

  it('refuses only new content under a quota below the usage', async () => {
    const { root, model, path } = await limited(1000);
    const content = randomBytes(800);
    const { body } = await stream(`${path}/files/a`, content);
    await setQuota(root, 10);
    expect(await stream(`${path}/files/b`, randomBytes(1))).toMatchObject(exceeded(root, 10, 800, 1));
    expect((await stream(`${path}/files/a?role=text`, content)).body.role).toBe('text');
    expect((await attach(path, body.sha256)).status).toBe(200);
    const version = await server.api('POST', `/v1/models/${model.id}/versions`, {
      version: 'v1',
      files: ['s3://b/tracked'],
    });
    expect(version.status).toBe(201);
    await setQuota(root, null);
    expect((await stream(`${path}/files/b`, randomBytes(1))).status).toBe(201);
  });
});

describe('attach', () => {
  it('charges new content once, and returns 413 for all files together', async () => {
    const elsewhere = await newModel(server, { namespace: freshName('elsewhere') });
    const stored = async (bytes: number) =>
      (await stream(`/v1/models/${elsewhere.id}/files/${bytes}`, randomBytes(bytes))).body.sha256;
    const [large, small] = [await stored(700), await stored(400)];
    const { root, path } = await limited(1000);
    const files = [
      { path: 'a', sha256: large },
      { path: 'b', sha256: large },
      { path: 'c', sha256: small },
    ];
    const send = (some: object[]) => server.api('POST', `${path}/files/attach`, { files: some });
    expect(await send(files)).toMatchObject(exceeded(root, 1000, 0, 1100));
    expect(await usageOf(root)).toMatchObject({ usedBytes: 0, files: 0 });
    expect((await send(files.slice(0, 2))).status).toBe(200);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 700, files: 2, contents: 1 });
    // Two of three contents exist, so only the new one was charged.
    expect(await send([...files, { path: 'd', sha256: large }])).toMatchObject(
      exceeded(root, 1000, 700, 400),
    );
    expect(await usageOf(root)).toMatchObject({ usedBytes: 700, files: 2 });
  });
});

describe('promote', () => {
  it('charges nothing under the same quota, and returns 413 without a version if it does not fit', async () => {
    const root = freshName('promote');
    const experiment = await newExperiment(server, { namespace: `${root}/runs` });
    const checkpoint = await newCheckpoint(server, { status: 'pending' }, experiment);
    const path = `/v1/checkpoints/${checkpoint.id}`;
    await stream(`${path}/files/a`, randomBytes(1000));
    await server.api('POST', `${path}/files`, { files: [{ uri: 's3://b/x', sizeBytes: 99_999 }] });
    await server.api('POST', `${path}/finalize`);
    const inside = await newModel(server, { namespace: `${root}/models` });
    await setQuota(root, 1000);
    const promote = (model: { id: string }) =>
      server.api('POST', `${path}/promote`, { model: model.id, version: 'v1' });
    expect((await promote(inside)).status).toBe(201);
    expect((await promote(inside)).status).toBe(200);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 1000, files: 2, contents: 1 });

    const { root: other, model } = await limited(999);
    expect(await promote(model)).toMatchObject(exceeded(other, 999, 0, 1000));
    expect((await server.api('GET', `/v1/models/${model.id}/versions`)).body.items).toEqual([]);
    await setQuota(other, 1000);
    expect((await promote(model)).status).toBe(201);
    expect(await usageOf(other)).toMatchObject({ usedBytes: 1000, files: 1 });
  });
});

describe('an upload in parts', () => {
  it('reserves its bytes at its creation, and releases them when it is aborted', async () => {
    const { root, model, path } = await limited(1000);
    const upload = await begin(server, 'model', model, { sizeBytes: 600 });
    expect(upload.status).toBe(201);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 0, uploadingBytes: 600, files: 0 });
    expect(await begin(server, 'model', model, { sizeBytes: 401 })).toMatchObject(
      exceeded(root, 1000, 600, 401),
    );
    expect(await stream(`${path}/files/b`, randomBytes(401))).toMatchObject(exceeded(root, 1000, 600, 401));
    expect((await stream(`${path}/files/b`, randomBytes(400))).status).toBe(201);
    await server.api('DELETE', `/v1/uploads/${upload.body.id}`);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 400, uploadingBytes: 0 });
    expect((await begin(server, 'model', model, { sizeBytes: 600 })).status).toBe(201);
  });

  it('is counted once from its creation to its file', async () => {
    const { root, model, path } = await limited(1000);
    const content = randomBytes(1000);
    const upload = await newUpload(server, 'model', model, content);
    await putAll(server, upload, content);
    expect((await complete(server, upload)).status).toBe(200);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 0, uploadingBytes: 1000 });
    await verifyAll(server);
    expect(await usageOf(root)).toMatchObject({ usedBytes: 1000, uploadingBytes: 0, files: 1 });
    expect((await stream(`${path}/files/b`, randomBytes(1))).status).toBe(413);
  });

  it('is 413 on completion under a lowered quota, and can be completed under a larger one', async () => {
    const { root, model } = await limited(1000);
    const content = randomBytes(600);
    const upload = await newUpload(server, 'model', model, content);
    await putAll(server, upload, content);
    await setQuota(root, 599);
    expect(await complete(server, upload)).toMatchObject(exceeded(root, 599, 600, 0));
    expect((await server.api('GET', `/v1/uploads/${upload.id}`)).body.state).toBe('open');
    await setQuota(root, 600);
    expect((await complete(server, upload)).body.state).toBe('verifying');
  });
});

it('hides the figures of a namespace that the caller may not read', async () => {
  const { root } = await limited(1000, '/team');
  const grants = new Map([[`${root}/team`, new Set(['file.write', 'namespace.read'])]]);
  const ctx = { ...server.ctx, actor: { name: 'ann', grants } } as unknown as RequestContext;
  await expect(demandRoom(ctx, `${root}/team`, 1001)).rejects.toThrow(
    `The namespace ${root} has too little room left in its quota. Free space, or ask an admin of the namespace ` +
      'for a larger quota.',
  );
  await setQuota(`${root}/team`, 10);
  await setQuota(root, null);
  await expect(demandRoom(ctx, `${root}/team`, 11)).rejects.toThrow('quota of 10 bytes');
});

it('deletes a namespace with a quota, and restores the quota if it is recreated within the grace time', async () => {
  const { root, model } = await limited(10);
  await server.api('DELETE', `/v1/models/${model.id}`);
  server.advance(31 * DAY);
  await purge(server.ctx, 100);
  for (const [wait, quotaBytes] of [
    [29 * DAY, 10],
    [31 * DAY, null],
  ] as const) {
    expect((await server.api('DELETE', pathOf(root))).status).toBe(204);
    server.advance(wait);
    const again = await newModel(server, { namespace: root });
    expect(await usageOf(root)).toMatchObject({ quotaBytes, usedBytes: 0 });
    const path = `/v1/models/${again.id}/files/a`;
    expect((await stream(path, randomBytes(11))).status).toBe(quotaBytes === null ? 201 : 413);
    await server.api('DELETE', `/v1/models/${again.id}`);
    server.advance(31 * DAY);
    await purge(server.ctx, 100);
  }
});
