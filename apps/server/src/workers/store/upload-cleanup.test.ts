import { randomBytes } from 'node:crypto';
import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newExperiment, newOwner } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import {
  complete,
  completed,
  newUpload,
  putAll,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../testing/uploads.ts';
import { purge } from '../purge.ts';
import { deletePending } from './blob-sweep.ts';
import { findOrphans, liveUploads, sweepOrphans } from './orphan-sweep.ts';
import { cleanUploads, expireUploads, forgetUploads } from './upload-cleanup.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const DAY = 86_400_000;
const distant = new Date('2999-01-01');
const content = randomBytes(1000);
const keyOf = async ({ id }: { id: string }): Promise<{ key: string; token: string }> =>
  server.db.prisma.upload.findUniqueOrThrow({ where: { id }, select: { key: true, token: true } });
const blobsInStore = async () => (await Array.fromAsync(server.ctx.blobs.list())).map((blob) => blob.key);
const rowsOf = async (uploads: { id: string }[]) =>
  server.db.prisma.upload.count({ where: { id: { in: uploads.map(({ id }) => id) } } });
const tidy = async () => {
  await expireUploads(server.ctx);
  await cleanUploads(server.ctx);
  await forgetUploads(server.ctx);
};
/** Requires that the store has no data of the upload. */
async function expectGone(upload: { id: string }) {
  const { key, token } = await keyOf(upload);
  expect(await blobsInStore()).not.toContain(key);
  await expect(Array.fromAsync(server.ctx.blobs.multipart.list({ key, token }))).rejects.toThrow('no blob');
  expect(await liveUploads(server.ctx)).not.toContain(key);
}

describe('an idle upload', () => {
  it('expires, records that, and loses its parts; an active upload stays', async () => {
    const run = await newExperiment(server);
    const idle = await newUpload(server, 'experiment', run, content, { path: 'idle' });
    await putPart(server, idle, 1, content);
    const busy = await newUpload(server, 'experiment', run, content, { path: 'busy' });
    server.advance(6 * DAY);
    await putPart(server, busy, 1, content);
    server.advance(1.5 * DAY);
    await tidy();
    expect(await uploadOf(server, idle)).toMatchObject({
      state: 'expired',
      failure: 'Nothing came for too long.',
      expiresAt: null,
    });
    await expectGone(idle);
    expect((await uploadOf(server, busy)).state).toBe('open');
    expect((await complete(server, busy)).status).toBe(200);
    expect((await complete(server, idle)).body.code).toBe('upload_closed');
    expect(
      (await changesOf(server, run.id)).filter(({ action }) => action === 'upload_expired'),
    ).toMatchObject([{ actor: 'modelbox', detail: { id: idle.id, path: 'idle' } }]);
  });
});

describe('an aborted or expired upload', () => {
  it('is removed even if the store had already combined its parts', async () => {
    const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
    await putPart(server, upload, 1, content);
    const blob = await keyOf(upload);
    await server.ctx.blobs.multipart.complete(
      blob,
      await Array.fromAsync(server.ctx.blobs.multipart.list(blob)),
    );
    expect(await blobsInStore()).toContain(blob.key);
    await server.api('DELETE', `/v1/uploads/${upload.id}`);
    await cleanUploads(server.ctx);
    await expectGone(upload);
  });

  it('is retried until the store has removed it, and does not block others', async () => {
    const run = await newExperiment(server);
    const uploads = [];
    for (const path of ['a', 'b', 'c'])
      uploads.push(await newUpload(server, 'experiment', run, content, { path }));
    for (const { id } of uploads) await server.api('DELETE', `/v1/uploads/${id}`);
    const { key } = await keyOf(uploads[1]!);
    for (const failing of ['abort', 'delete'] as const) {
      const fail = (at: string) => (at === key ? Promise.reject(new Error('away')) : undefined);
      const { blobs } = server.ctx;
      const broken = {
        ...blobs,
        delete: (at: string) => (failing === 'delete' ? fail(at) : undefined) ?? blobs.delete(at),
        multipart: {
          ...blobs.multipart,
          abort: (blob: { key: string; token: string }) =>
            (failing === 'abort' ? fail(blob.key) : undefined) ?? blobs.multipart.abort(blob),
        },
      };
      await expect(cleanUploads({ ...server.ctx, blobs: broken })).rejects.toThrow('could not be removed');
      expect(await liveUploads(server.ctx)).toContain(key);
      await expectGone(uploads[2]!);
    }
    await cleanUploads(server.ctx);
    for (const upload of uploads) await expectGone(upload);
  });

  it('stays visible for a week, and as long as its rejected file exists', async () => {
    const run = await newExperiment(server);
    const make = (path: string, fields = {}) =>
      newUpload(server, 'experiment', run, content, { path, ...fields });
    const given = await make('given');
    await server.api('DELETE', `/v1/uploads/${given.id}`);
    const done = await completed(server, 'experiment', run, content, { path: 'done' });
    const failed = await completed(server, 'experiment', run, content, {
      path: 'failed',
      sha256: sha256(Buffer.from('x')),
    });
    await verifyAll(server);
    const all = [given, done, failed];
    server.advance(6.9 * DAY);
    await tidy();
    expect(await rowsOf(all)).toBe(3);
    server.advance(0.2 * DAY);
    await tidy();
    expect(await rowsOf(all)).toBe(1);
    expect((await server.api('GET', `/v1/uploads/${done.id}`)).status).toBe(404);
    expect((await uploadOf(server, failed)).state).toBe('failed');
    expect((await server.api('DELETE', `/v1/experiments/${run.id}/files/failed`)).status).toBe(204);
    await tidy();
    expect(await rowsOf(all)).toBe(0);
    expect((await server.api('GET', `/v1/experiments/${run.id}/files/done`)).status).toBe(200);
  });
});

describe('old uploads', () => {
  it('are deleted in batches, and a failure of the store for one does not block others', async () => {
    const run = await newExperiment(server);
    const uploads: { id: string }[] = [];
    for (const path of ['first', 'second']) {
      const upload = await newUpload(server, 'experiment', run, content, { path });
      await server.api('DELETE', `/v1/uploads/${upload.id}`);
      uploads.push(upload);
    }
    await cleanUploads(server.ctx);
    // They all ended at the same time, so only the id separates pages.
    await server.db.requests.query(
      `INSERT INTO uploads
       SELECT (jsonb_populate_record(u, jsonb_build_object(
         'id', gen_random_uuid(), 'key', 'k' || n, 'state', 'complete'))).*
       FROM uploads u, generate_series(1, 250) AS n WHERE u.id = $1`,
      [uploads[1]!.id],
    );
    const count = async () => server.db.prisma.upload.count({ where: { objectId: run.id } });
    server.advance(8 * DAY);
    const { key } = await keyOf(uploads[0]!);
    const { blobs } = server.ctx;
    const abort: typeof blobs.multipart.abort = (blob) =>
      blob.key === key ? Promise.reject(new Error('away')) : blobs.multipart.abort(blob);
    const broken = { ...blobs, multipart: { ...blobs.multipart, abort } };
    await expect(forgetUploads({ ...server.ctx, blobs: broken })).rejects.toThrow(
      'rows of old uploads could not be deleted',
    );
    expect(await count()).toBe(1);
    await forgetUploads(server.ctx);
    expect(await count()).toBe(0);
  });
});

describe('a purged object', () => {
  it.each(OWNER_KINDS)('removes the open, verifying and rejected uploads of a %s', async (kind) => {
    const owner = await newOwner(server, kind);
    const open = await newUpload(server, kind, owner, content, { path: 'open' });
    await putAll(server, open, content);
    const rejected = await completed(server, kind, owner, randomBytes(10), {
      path: 'r',
      sha256: sha256(randomBytes(10)),
    });
    await verifyAll(server);
    const verifying = await completed(server, kind, owner, randomBytes(10), { path: 'v' });
    const keys = await Promise.all([open, rejected, verifying].map(keyOf));
    expect((await server.api('DELETE', `/v1/${kind}s/${owner.id}`)).status).toBe(204);
    // The upload stays visible, and can be aborted, while the object can be restored.
    expect((await uploadOf(server, open)).state).toBe('open');
    server.advance(31 * DAY);
    while ((await purge(server.ctx, 100)) > 0);
    const { rows } = await server.db.requests.query(
      'SELECT state FROM uploads WHERE object_id = $1 ORDER BY path',
      [owner.id],
    );
    expect(rows.map((row) => row.state)).toEqual(['aborted', 'failed', 'aborted']);
    await verifyAll(server);
    await tidy();
    await deletePending(server.ctx);
    for (const { key } of keys) expect(await blobsInStore()).not.toContain(key);
    expect(await server.ctx.blobs.sweepTemporary(distant, await liveUploads(server.ctx))).toBe(0);
    server.advance(8 * DAY);
    await tidy();
    expect(await rowsOf([open, rejected, verifying])).toBe(0);
  });
});

describe('sweeps', () => {
  it('keep data of open uploads, regardless of its age', async () => {
    const run = await newExperiment(server);
    const open = await newUpload(server, 'experiment', run, content, { path: 'open' });
    await putPart(server, open, 1, content);
    const whole = await newUpload(server, 'experiment', run, content, { path: 'whole' });
    await putPart(server, whole, 1, content);
    const blob = await keyOf(whole);
    await server.ctx.blobs.multipart.complete(
      blob,
      await Array.fromAsync(server.ctx.blobs.multipart.list(blob)),
    );
    const verifying = await completed(server, 'experiment', run, randomBytes(10), { path: 'v' });
    await server.ctx.blobs.sweepTemporary(distant, await liveUploads(server.ctx));
    const { orphans } = await findOrphans(server.ctx, distant);
    expect(orphans).toEqual([]);
    // Even where somebody takes them for orphans.
    const keys = [blob.key, (await keyOf(verifying)).key];
    await server.db.requests.query('SELECT mark_orphans($1, $2, now())', [keys, [1000, 10]]);
    await sweepOrphans(server.ctx, distant);
    for (const upload of [open, whole]) expect((await complete(server, upload)).status).toBe(200);
    await verifyAll(server);
    for (const path of ['open', 'whole', 'v'])
      expect((await server.api('GET', `/v1/experiments/${run.id}/files/${path}`)).status, path).toBe(200);
  });
});

it('reports the number and bytes of uploads as metrics', async () => {
  const own = await startTestServer();
  const run = await newExperiment(own);
  await newUpload(own, 'experiment', run, content, { path: 'a' });
  await newUpload(own, 'experiment', run, content, { path: 'b' });
  await completed(own, 'experiment', run, content, { path: 'c' });
  const given = await newUpload(own, 'experiment', run, Buffer.alloc(5), { path: 'd' });
  await own.api('DELETE', `/v1/uploads/${given.id}`);
  const { body } = await own.api<string>('GET', '/metrics');
  expect(body.split('\n').filter((line) => /^modelbox_upload(?:s|_bytes)\{/.test(line))).toEqual([
    ...['modelbox_uploads{state="open"} 2', 'modelbox_uploads{state="verifying"} 1'],
    'modelbox_uploads{state="removing"} 1',
    ...['modelbox_upload_bytes{state="open"} 2000', 'modelbox_upload_bytes{state="verifying"} 1000'],
    'modelbox_upload_bytes{state="removing"} 5',
  ]);
  await own.stop();
});
