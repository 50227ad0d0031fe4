import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { MultipartStore } from '@modelbox/blobs';
import { OWNER_KINDS } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesOf, newCheckpoint, newExperiment, newModel, newOwner } from '../../../testing/objects.ts';
import { atOnce, statusesOf, times } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import {
  begin,
  complete,
  completed,
  download,
  newUpload,
  PART,
  partOf,
  putAll,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../testing/uploads.ts';
import { createApp } from '../../app/app.ts';
import { deletePending } from '../../workers/store/blob-sweep.ts';
import { liveUploads } from '../../workers/store/orphan-sweep.ts';
import { cleanUploads } from '../../workers/store/upload-cleanup.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const content = randomBytes(2 * PART + 99);
const fresh = () => randomBytes(1000);
const abort = (upload: { id: string }) => server.api('DELETE', `/v1/uploads/${upload.id}`);
const fileAt = (kind: string, owner: { id: string }, path = 'weights.bin') =>
  `/v1/${kind}s/${owner.id}/files/${path}`;
const filesOf = async (kind: string, owner: { id: string }) =>
  (await server.api('GET', `/v1/${kind}s/${owner.id}/files`)).body.items;

/** Reads the objects in the store that belong to nothing. */
async function unaccounted() {
  await cleanUploads(server.ctx);
  await deletePending(server.ctx);
  const { rows } = await server.db.requests.query(
    'SELECT key FROM blobs UNION ALL SELECT key FROM uploads WHERE cleaned_at IS NULL',
  );
  const known = new Set<string>(rows.map((row) => row.key));
  const blobs = (await Array.fromAsync(server.ctx.blobs.list())).filter((blob) => !known.has(blob.key));
  return {
    blobs: blobs.length,
    temporary: await server.ctx.blobs.sweepTemporary(new Date('2999-01-01'), known),
  };
}

describe('a complete upload', () => {
  it('stays open after a request with a wrong or unknown digest: 422', async () => {
    const owner = await newOwner(server, 'model');
    const upload = await newUpload(server, 'model', owner, content);
    await putAll(server, upload, content);
    const path = `/v1/uploads/${upload.id}/complete`;
    for (const [name, value] of [
      ['content-digest', `sha-256=:${Buffer.alloc(32).toString('base64')}:`],
      ['content-md5', Buffer.alloc(16).toString('base64')],
      ['x-amz-checksum-sha256', Buffer.from(sha256(content), 'hex').toString('base64')],
      ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA='],
    ] as const) {
      for (const body of [undefined, {}]) {
        const answer = await server.api('POST', path, body, { [name]: value });
        expect(answer.status, name).toBe(422);
      }
    }
    expect((await uploadOf(server, upload)).state).toBe('open');
    const right = {
      'content-digest': `sha-256=:${Buffer.from(sha256(Buffer.from('{}')), 'hex').toString('base64')}:`,
    };
    expect((await server.api('POST', path, {}, right)).status).toBe(200);
  });

  it.each(OWNER_KINDS)(
    'for a %s makes the file visible, and readable after its verification',
    async (kind) => {
      const owner = await newOwner(server, kind);
      const mine = Buffer.concat([content, fresh()]);
      const upload = await newUpload(server, kind, owner, mine, { mediaType: 'text/plain' });
      await putAll(server, upload, mine);
      expect(await filesOf(kind, owner)).toEqual([]);
      const { status, body } = await complete(server, upload);
      const file = {
        path: 'weights.bin',
        state: 'verifying',
        sizeBytes: mine.length,
        sha256: null,
        uri: null,
      };
      expect(status).toBe(200);
      expect(body).toMatchObject({ state: 'verifying', file, sha256: null, expiresAt: null });
      expect(await filesOf(kind, owner)).toEqual([body.file]);
      const shown = async () => (await server.api('GET', `/v1/${kind}s/${owner.id}`)).body.files;
      const showsFiles = kind === 'version' || kind === 'checkpoint';
      if (showsFiles) expect(await shown()).toEqual([body.file]);
      const early = await server.api('GET', fileAt(kind, owner));
      expect([early.status, early.body.code]).toEqual([409, 'file_not_verified']);
      await verifyAll(server);
      const verified = { ...file, state: 'verified', sha256: sha256(mine), mediaType: 'text/plain' };
      expect(await uploadOf(server, upload)).toMatchObject({
        state: 'complete',
        sha256: sha256(mine),
        file: verified,
      });
      // The answer must not come from the cache.
      if (showsFiles) expect(await shown()).toMatchObject([verified]);
      expect((await download(server, fileAt(kind, owner))).body.equals(mine)).toBe(true);
      const changes = (await changesOf(server, owner.id)).slice(1);
      expect(changes.map(({ action, actor }) => [action, actor])).toEqual([
        ['upload_created', 'local'],
        ['upload_completed', 'local'],
        ['file_stored', 'modelbox'],
      ]);
      expect(changes.at(-1)?.detail).toMatchObject({
        path: 'weights.bin',
        sha256: sha256(mine),
        upload: upload.id,
      });
    },
  );

  it('needs no part for an empty file', async () => {
    const run = await newExperiment(server);
    const upload = await completed(server, 'experiment', run, Buffer.alloc(0));
    expect(upload).toMatchObject({ partCount: 0, state: 'verifying' });
    await verifyAll(server);
    expect(await uploadOf(server, upload)).toMatchObject({ state: 'complete', file: { sizeBytes: 0 } });
    expect((await download(server, fileAt('experiment', run))).body.length).toBe(0);
  });

  it('gives the same answer, one file and one change for repeated and concurrent requests', async () => {
    const run = await newExperiment(server);
    const upload = await newUpload(server, 'experiment', run, content);
    await putAll(server, upload, content);
    const answers = await atOnce(5, () => complete(server, upload));
    expect(statusesOf(answers)).toEqual(times(5, 200));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect((await changesOf(server, run.id)).map(({ action }) => action)).toEqual([
      ...['created', 'upload_created', 'upload_completed'],
    ]);
    await verifyAll(server);
    const again = await complete(server, upload);
    expect([again.status, again.body.state]).toEqual([200, 'complete']);
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
  });

  it('stores known content once', async () => {
    const [one, two] = [await newModel(server), await newModel(server)];
    const mine = fresh();
    await server.api('PUT', fileAt('model', one), mine);
    await completed(server, 'model', two, mine);
    const both = await Promise.all(
      [1, 2].map((n) => completed(server, 'model', one, mine, { path: `${n}` })),
    );
    await verifyAll(server);
    for (const upload of both) expect((await uploadOf(server, upload)).state).toBe('complete');
    const { rows } = await server.db.requests.query('SELECT key FROM blobs WHERE sha256 = $1', [
      sha256(mine),
    ]);
    expect(rows).toHaveLength(1);
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
    for (const path of ['1', '2'])
      expect((await download(server, fileAt('model', one, path))).body.equals(mine)).toBe(true);
    expect((await download(server, fileAt('model', two))).body.equals(mine)).toBe(true);
  });
});

describe('complete is refused', () => {
  it('with 409 and the missing parts, until they have arrived', async () => {
    const run = await newExperiment(server);
    const upload = await newUpload(server, 'experiment', run, content);
    await putPart(server, upload, 2, partOf(content, 2));
    const { status, body } = await complete(server, upload);
    expect([status, body.code]).toEqual([409, 'parts_missing']);
    expect(body.detail).toContain('2 of 3 parts are missing: 1, 3.');
    expect(await filesOf('experiment', run)).toEqual([]);
    await putAll(server, upload, content);
    expect((await complete(server, upload)).status).toBe(200);
  });

  it('with 422 for another SHA-256 than was announced', async () => {
    const run = await newExperiment(server);
    const mine = fresh();
    const upload = await newUpload(server, 'experiment', run, mine, { sha256: sha256(mine) });
    await putAll(server, upload, mine);
    const other = await complete(server, upload, { sha256: sha256(fresh()) });
    expect([other.status, other.body.errors[0].pointer]).toEqual([422, '/sha256']);
    expect((await complete(server, upload, { sha256: sha256(mine) })).status).toBe(200);
    expect((await complete(server, upload, { sha256: sha256(fresh()) })).status).toBe(422);
  });

  it('with 409 after an abort; a second abort is no error, but an abort after completion is', async () => {
    const run = await newExperiment(server);
    const upload = await newUpload(server, 'experiment', run, content);
    await putAll(server, upload, content);
    expect((await abort(upload)).status).toBe(204);
    expect((await abort(upload)).status).toBe(204);
    const late = await complete(server, upload);
    expect([late.status, late.body.code]).toEqual([409, 'upload_closed']);
    expect(await uploadOf(server, upload)).toMatchObject({ state: 'aborted', failure: 'Aborted by local.' });
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
    expect((await changesOf(server, run.id)).map(({ action }) => action).slice(1)).toEqual([
      ...['upload_created', 'upload_aborted'],
    ]);
    const done = await completed(server, 'experiment', run, fresh());
    expect((await abort(done)).body.code).toBe('upload_closed');
    await verifyAll(server);
    expect((await abort(done)).body.code).toBe('upload_closed');
  });

  it('with 409 while the path is tracked, and works later, even if the store has combined the parts', async () => {
    const run = await newExperiment(server);
    const mine = fresh();
    const upload = await newUpload(server, 'experiment', run, mine);
    await putAll(server, upload, mine);
    await server.api('POST', `/v1/experiments/${run.id}/files`, { files: ['s3://b/weights.bin'] });
    expect((await complete(server, upload)).body.code).toBe('conflict');
    await server.api('DELETE', fileAt('experiment', run));
    const parts = await Array.fromAsync(server.ctx.blobs.multipart.list(await blobOf(upload)));
    await server.ctx.blobs.multipart.complete(await blobOf(upload), parts);
    // Like after a crash between store and database: no part is accepted, but completion continues.
    expect((await putPart(server, upload, 1, mine)).body.code).toBe('upload_closed');
    expect((await server.api('GET', `/v1/uploads/${upload.id}/parts`)).body.code).toBe('upload_closed');
    expect((await complete(server, upload)).body.state).toBe('verifying');
    await verifyAll(server);
    expect((await download(server, fileAt('experiment', run))).body.equals(mine)).toBe(true);
  });

  it('with 409 below a new file', async () => {
    const run = await newExperiment(server);
    const mine = fresh();
    const uploads = await Promise.all(
      ['a', 'a/b'].map((path) => newUpload(server, 'experiment', run, mine, { path })),
    );
    for (const upload of uploads) await putAll(server, upload, mine);
    const answers = await Promise.all(uploads.map((upload) => complete(server, upload)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('conflict');
  });

  it('with 409 if it was aborted while the store combined the parts, and is cleaned up again', async () => {
    const { blobs } = server.ctx;
    const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
    await putAll(server, upload, content);
    const { key } = await blobOf(upload);
    const multipart: MultipartStore = {
      ...blobs.multipart,
      complete: async (...args) => {
        await blobs.multipart.complete(...args);
        await abort(upload);
        await cleanUploads(server.ctx);
        expect(await liveUploads(server.ctx)).not.toContain(key);
      },
    };
    const app = createApp({ ...server.ctx, blobs: { ...blobs, multipart } });
    const url = `/v1/uploads/${upload.id}/complete`;
    const answer = await app.inject({ method: 'POST', url, headers: { host: 'localhost' } });
    expect(answer.json()).toMatchObject({ status: 409, code: 'upload_closed' });
    expect(await liveUploads(server.ctx)).toContain(key);
    await app.close();
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
    expect(await liveUploads(server.ctx)).not.toContain(key);
  });

  it('with 503, then 409 if the store has not found the parts for minutes', async () => {
    const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
    await server.ctx.blobs.multipart.abort(await blobOf(upload));
    const requests = [
      () => complete(server, upload),
      () => putPart(server, upload, 3, partOf(content, 3)),
      () => server.api('GET', `/v1/uploads/${upload.id}/parts`),
    ];
    for (const request of [...requests, ...requests]) {
      const answer = await request();
      expect([answer.status, answer.body.code]).toEqual([503, 'upload_unsettled']);
      expect(answer.headers.get('retry-after')).toBe('15');
    }
    server.advance(300_000);
    for (const request of requests)
      expect((await request()).body).toMatchObject({
        code: 'upload_closed',
        detail: expect.stringContaining('Abort the upload'),
      });
    expect((await abort(upload)).status).toBe(204);
  });

  it('with 503 if the store repeatedly does not find the parts for a moment, without loss', async () => {
    const mine = fresh();
    const upload = await newUpload(server, 'experiment', await newExperiment(server), mine);
    await putAll(server, upload, mine);
    const path = join(server.blobsDir, 'uploads', (await blobOf(upload)).key);
    for (let round = 0; round < 5; round += 1) {
      await rename(path, `${path}.away`);
      expect((await complete(server, upload)).body.code).toBe('upload_unsettled');
      server.advance(300_000);
      await rename(`${path}.away`, path);
      expect((await server.api('GET', `/v1/uploads/${upload.id}/parts`)).body.items).toHaveLength(1);
    }
    expect((await complete(server, upload)).body.state).toBe('verifying');
  });
});

const blobOf = async ({ id }: { id: string }) =>
  server.ctx.db.prisma.upload.findUniqueOrThrow({ where: { id }, select: { key: true, token: true } });

describe('a file that is being verified', () => {
  it('can be deleted, which ends the upload and removes its content', async () => {
    const run = await newExperiment(server);
    const upload = await completed(server, 'experiment', run, content);
    expect((await server.api('DELETE', fileAt('experiment', run))).status).toBe(204);
    expect(await uploadOf(server, upload)).toMatchObject({
      state: 'aborted',
      failure: expect.stringContaining('deleted or replaced'),
      file: null,
    });
    await verifyAll(server);
    expect(await filesOf('experiment', run)).toEqual([]);
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
  });

  it('is replaced by a plain upload, or by the last completed upload in parts', async () => {
    const run = await newExperiment(server);
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const first = await newUpload(server, 'experiment', run, a);
    const second = await newUpload(server, 'experiment', run, b);
    for (const [upload, bytes] of [
      [second, b],
      [first, a],
    ] as const) {
      await putAll(server, upload, bytes);
      await complete(server, upload);
    }
    expect((await uploadOf(server, second)).state).toBe('aborted');
    await verifyAll(server);
    expect((await download(server, fileAt('experiment', run))).body.equals(a)).toBe(true);
    const third = await completed(server, 'experiment', run, c);
    // Another file is at the path now.
    expect((await uploadOf(server, first)).file).toBeNull();
    const plain = await server.api('PUT', fileAt('experiment', run), b);
    expect(plain.body).toMatchObject({ state: 'verified', sha256: sha256(b) });
    expect((await uploadOf(server, third)).state).toBe('aborted');
    await verifyAll(server);
    expect(await filesOf('experiment', run)).toMatchObject([{ sha256: sha256(b) }]);
    expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
  });

  it('is rejected if its content was not announced, and repaired by another upload', async () => {
    for (const announce of ['create', 'complete'] as const) {
      const run = await newExperiment(server);
      const [mine, lie] = [fresh(), sha256(fresh())];
      const upload = await newUpload(
        server,
        'experiment',
        run,
        mine,
        announce === 'create' ? { sha256: lie } : {},
      );
      await putAll(server, upload, mine);
      await complete(server, upload, announce === 'complete' ? { sha256: lie } : {});
      await verifyAll(server);
      expect(await uploadOf(server, upload)).toMatchObject({
        state: 'failed',
        failure: expect.stringContaining(
          `The content has the SHA-256 ${sha256(mine)}, not ${lie}. Every stored part equals the part that arrived`,
        ),
        file: { state: 'rejected', sha256: null },
      });
      expect((await server.api('GET', fileAt('experiment', run))).body.code).toBe('file_not_verified');
      expect((await complete(server, upload)).body.code).toBe('upload_closed');
      expect((await changesOf(server, run.id)).at(-1)).toMatchObject({
        action: 'file_rejected',
        actor: 'modelbox',
      });
      expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
      await completed(server, 'experiment', run, mine);
      await verifyAll(server);
      expect((await download(server, fileAt('experiment', run))).body.equals(mine)).toBe(true);
      expect((await uploadOf(server, upload)).file).toBeNull();
    }
  });
});

describe('finalize', () => {
  it.each(['version', 'checkpoint'] as const)('is 409 for a %s with incomplete files', async (kind) => {
    const owner = await newOwner(server, kind);
    const mine = fresh();
    const finalize = async () => {
      const { status, body } = await server.api('POST', `/v1/${kind}s/${owner.id}/finalize`);
      return [status, body.code ?? body.status, body.detail];
    };
    const upload = await newUpload(server, kind, owner, mine, { sha256: sha256(fresh()) });
    const pending = (what: string) => [409, 'files_pending', expect.stringContaining(what)];
    expect(await finalize()).toEqual(
      pending(`The upload ${upload.id} of weights.bin is open: complete or abort it.`),
    );
    await putAll(server, upload, mine);
    await complete(server, upload);
    expect(await finalize()).toEqual(pending('weights.bin is being verified: try again later'));
    await verifyAll(server);
    expect(await finalize()).toEqual(pending('weights.bin was rejected: upload it again, or delete it.'));
    const again = await completed(server, kind, owner, mine);
    expect(await finalize()).toEqual(pending('being verified'));
    await verifyAll(server);
    expect((await finalize()).slice(0, 2)).toEqual([200, 'ready']);
    expect((await uploadOf(server, again)).state).toBe('complete');
    // Completed uploads stay complete after the files are frozen.
    expect((await complete(server, again)).status).toBe(200);
    expect((await begin(server, kind, owner, { sizeBytes: 1 })).body.code).toBe('files_frozen');
  });

  it('races with create, complete and abort: ready with verified files, or refused with a reason', async () => {
    for (let round = 0; round < 6; round++) {
      const owner = await newCheckpoint(server);
      const mine = fresh();
      const upload = await newUpload(server, 'checkpoint', owner, mine);
      await putAll(server, upload, mine);
      const [finalized, done, given, begun] = await Promise.all([
        server.api('POST', `/v1/checkpoints/${owner.id}/finalize`),
        complete(server, upload),
        abort(upload),
        begin(server, 'checkpoint', owner, { sizeBytes: 1, path: 'b' }),
      ]);
      const { body } = await server.api('GET', `/v1/checkpoints/${owner.id}`);
      expect([200, 409]).toContain(finalized.status);
      // Exactly one of the two.
      expect([done.status === 200, given.status === 204].filter(Boolean)).toEqual([true]);
      if (finalized.status === 200) {
        expect([body.status, body.fileCount, begun.body.code]).toEqual(['ready', 0, 'files_frozen']);
      } else {
        expect([body.status, finalized.body.code, begun.status]).toEqual(['pending', 'files_pending', 201]);
        await abort(begun.body);
      }
      await verifyAll(server);
      expect(await unaccounted()).toEqual({ blobs: 0, temporary: 0 });
    }
  });
});
