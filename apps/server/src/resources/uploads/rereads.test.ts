import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, openDiskStore, openS3Store } from '@modelbox/blobs';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import type { Upload } from '@modelbox/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { newExperiment, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import {
  complete,
  completed,
  download,
  newUpload,
  PART,
  putAll,
  putPart,
  sha256,
  uploadOf,
  verifyAll,
} from '../../../testing/uploads.ts';
import { deletePending } from '../../workers/store/blob-sweep.ts';
import { liveUploads } from '../../workers/store/orphan-sweep.ts';
import { cleanUploads } from '../../workers/store/upload-cleanup.ts';
import { verifyNextUpload } from '../../workers/store/upload-verify.ts';

vi.setConfig({ testTimeout: 120_000 });

const SIZE = PART + 1000;
/** Pauses for this many readings without waiting. */
const AT_ONCE = { pauses: [0, 0, 0, 0] };
/** A pause that is too long for a test to wait for. */
const LATER = { pauses: [1_000_000, 1_000_000, 1_000_000] };
const announced = [true, false];

const keyOf = async (server: TestServer, { id }: { id: string }): Promise<string> =>
  (await server.db.requests.query('SELECT key FROM uploads WHERE id = $1', [id])).rows[0].key;
const isDue = (server: TestServer, { id }: { id: string }) =>
  server.db.requests.query('UPDATE uploads SET claimed_at = NULL, look_at = NULL WHERE id = $1', [id]);
const fileOf = ({ object, path }: Upload) => `/v1/${object.kind}s/${object.id}/files/${path}`;

const sent = async (server: TestServer, isAnnounced = false, content = randomBytes(SIZE)) => {
  const fields = isAnnounced ? { sha256: sha256(content) } : {};
  const upload = await completed(server, 'experiment', await newExperiment(server), content, fields);
  return { upload, content };
};

async function expectVerified(server: TestServer, { upload, content }: { upload: Upload; content: Buffer }) {
  expect(await uploadOf(server, upload)).toMatchObject({
    state: 'complete',
    sha256: sha256(content),
    completing: false,
    waitsFor: null,
  });
  expect((await download(server, fileOf(upload))).body.equals(content)).toBe(true);
}

/** Requires that the store has only data of blobs and uploads. */
async function expectNoRest(server: TestServer) {
  await cleanUploads(server.ctx);
  await deletePending(server.ctx);
  const { rows } = await server.db.requests.query('SELECT key FROM blobs');
  const known = new Set([...(await liveUploads(server.ctx)), ...rows.map((row) => row.key)]);
  expect((await Array.fromAsync(server.ctx.blobs.list())).filter(({ key }) => !known.has(key))).toEqual([]);
}

describe('content on a disk', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.stop());
  afterEach(() => expectNoRest(server));

  const folderOf = async (upload: Upload) => {
    const key = await keyOf(server, upload);
    return join(server.blobsDir, 'objects', key.slice(0, 2), key.slice(2, 4), key);
  };
  const firstPart = async (upload: Upload) => {
    const folder = await folderOf(upload);
    return join(folder, (await readdir(folder)).sort()[0] ?? '');
  };
  const flipped = (bytes: Buffer) => {
    const other = Buffer.from(bytes);
    other[1000] = (other[1000] ?? 0) ^ 1;
    return other;
  };
  /** Each function damages the content of an upload, and returns a function that repairs it. */
  const damages = {
    flipped: async (upload: Upload) => {
      const path = await firstPart(upload);
      const right = await readFile(path);
      await writeFile(path, flipped(right));
      return () => writeFile(path, right);
    },
    truncated: async (upload: Upload) => {
      const path = await firstPart(upload);
      const right = await readFile(path);
      await truncate(path, 4000);
      return () => writeFile(path, right);
    },
    'without a part': async (upload: Upload) => {
      const path = await firstPart(upload);
      await rename(path, `${server.blobsDir}/tmp/part`);
      return () => rename(`${server.blobsDir}/tmp/part`, path);
    },
    missing: async (upload: Upload) => {
      const path = await folderOf(upload);
      await rename(path, `${path}.away`);
      return () => rename(`${path}.away`, path);
    },
  };
  const cases = Object.entries(damages).flatMap(([name, damage]) =>
    announced.map((isAnnounced) => ({ name, damage, isAnnounced })),
  );

  it.each(cases)(
    '$name (hash announced: $isAnnounced): waits, says so, and is verified after the repair',
    async ({ damage, isAnnounced }) => {
      const one = await sent(server, isAnnounced);
      const mend = await damage(one.upload);
      expect(await verifyNextUpload(server.ctx, LATER)).toBe(true);
      const waiting = await uploadOf(server, one.upload);
      expect(waiting).toMatchObject({ state: 'verifying', failure: null, file: { state: 'verifying' } });
      expect(waiting.waitsFor).toContain('The server will read the content again.');
      // No server reads it before the pause is over.
      expect(await verifyNextUpload(server.ctx, LATER)).toBe(false);
      await isDue(server, one.upload);
      await verifyNextUpload(server.ctx, LATER);
      expect((await uploadOf(server, one.upload)).state).toBe('verifying');
      await mend();
      await isDue(server, one.upload);
      const second = await startTestServer({}, undefined, server);
      await verifyAll(second, LATER);
      await second.stop();
      await expectVerified(server, one);
    },
  );

  it.each(cases)(
    '$name permanently (hash announced: $isAnnounced): is rejected after several equal readings',
    async ({ damage, isAnnounced }) => {
      const { upload } = await sent(server, isAnnounced);
      await damage(upload);
      let looks = 0;
      while (await verifyNextUpload(server.ctx, AT_ONCE)) looks += 1;
      expect(looks).toBeGreaterThanOrEqual(5);
      expect(await uploadOf(server, upload)).toMatchObject({
        state: 'failed',
        waitsFor: null,
        file: { state: 'rejected' },
        failure: expect.stringContaining('All 5 readings found the same. Upload the file again.'),
      });
      await rm(`${await folderOf(upload)}.away`, { recursive: true, force: true });
    },
  );

  it('is rejected at once for a wrong announced hash if every part is right', async () => {
    const content = randomBytes(SIZE);
    const lie = sha256(randomBytes(10));
    const upload = await completed(server, 'experiment', await newExperiment(server), content, {
      sha256: lie,
    });
    await verifyAll(server);
    expect((await uploadOf(server, upload)).failure).toContain(
      `The content has the SHA-256 ${sha256(content)}, not ${lie}. Every stored part equals the part that arrived`,
    );
  });

  it('is never rejected if no two readings agree', async () => {
    const { upload, content } = await sent(server);
    const read: BlobStore['read'] = async (key, options) => {
      const { stream, ...rest } = await server.ctx.blobs.read(key, options);
      const at = randomBytes(1)[0] ?? 0;
      stream.once('data', (chunk: Buffer) => {
        chunk[at] = (chunk[at] ?? 0) ^ (1 + Math.floor(Math.random() * 255));
      });
      return { stream: stream.pause(), ...rest };
    };
    const ctx = { ...server.ctx, blobs: { ...server.ctx.blobs, read } };
    for (let look = 0; look < 8; look += 1) await verifyNextUpload(ctx, AT_ONCE);
    expect((await uploadOf(server, upload)).state).toBe('verifying');
    await verifyAll(server);
    await expectVerified(server, { upload, content });
  });

  it('needs two equal readings if the store does not report hashes of parts', async () => {
    const disk = await openDiskStore({ root: server.blobsDir });
    async function* list(...args: Parameters<BlobStore['multipart']['list']>) {
      for await (const part of disk.multipart.list(...args)) yield { ...part, sha256: null };
    }
    const silent = await startTestServer({}, { ...disk, multipart: { ...disk.multipart, list } }, server);
    const content = randomBytes(SIZE);
    const run = await newExperiment(silent);
    const upload = await completed(silent, 'experiment', run, content);
    const path = await firstPart(upload);
    await writeFile(path, flipped(await readFile(path)));
    expect(await verifyNextUpload(silent.ctx)).toBe(true);
    expect((await uploadOf(silent, upload)).state).toBe('verifying');
    await writeFile(path, content.subarray(0, PART));
    expect(await verifyNextUpload(silent.ctx, AT_ONCE)).toBe(true);
    expect((await uploadOf(silent, upload)).state).toBe('verifying');
    await verifyAll(silent, AT_ONCE);
    await expectVerified(silent, { upload, content });
    // With an announced hash, one reading is enough.
    const other = randomBytes(SIZE);
    const known = await completed(silent, 'experiment', run, other, { sha256: sha256(other) });
    expect(await verifyNextUpload(silent.ctx)).toBe(true);
    expect((await uploadOf(silent, known)).state).toBe('complete');
    await silent.stop();
  });
});

await describeWithS3('content in a bucket', (bucket) => {
  let proxy: FaultProxy;
  let server: TestServer;
  beforeAll(async () => {
    const { endpoint = '', credentials } = bucket.options();
    proxy = await startFaultProxy({ endpoint, credentials });
    const store = await openS3Store({ ...bucket.options(), endpoint: proxy.endpoint });
    server = await startTestServer({}, store);
  });
  afterAll(async () => {
    await server?.stop();
    await proxy?.close();
  });
  afterEach(async () => {
    proxy.clear();
    await expectNoRest(server);
  });

  const reading = { operation: 'GetObject' };
  const flip = { kind: 'flip', side: 'answer', atByte: 1234 } as const;
  const noSuch = (code: string) => ({ kind: 'error', status: 404, code }) as const;
  const passing = [
    { name: 'one flipped bit', fault: flip, times: 1 },
    { name: 'a short read', fault: { kind: 'truncate', toBytes: 4000 } as const, times: 1 },
    { name: 'a 404', fault: noSuch('NoSuchKey'), times: 3 },
  ].flatMap((one) => announced.map((isAnnounced) => ({ ...one, isAnnounced })));

  it.each(passing)(
    '$name in the verifying read (hash announced: $isAnnounced): is read again and verified',
    async ({ fault, times, isAnnounced }) => {
      const one = await sent(server, isAnnounced);
      const rule = proxy.inject(fault, { ...reading, times });
      await verifyAll(server, AT_ONCE);
      expect(rule.injected).toHaveLength(times);
      await expectVerified(server, one);
    },
  );

  it('reads only the part with a flipped bit again', async () => {
    const one = await sent(server);
    proxy.clear();
    const rule = proxy.inject(flip, { ...reading, times: 1 });
    expect(await verifyNextUpload(server.ctx)).toBe(true);
    expect(rule.injected).toHaveLength(1);
    expect(proxy.requests.filter(({ operation }) => operation === 'GetObject')).toHaveLength(2);
    await expectVerified(server, one);
  });

  it.each([
    noSuch('NoSuchBucket'),
    { kind: 'error', status: 403, code: 'AccessDenied' } as const,
    { kind: 'error', status: 503, code: 'SlowDown' } as const,
  ])('waits for the store after $status $code, which does not concern the content', async (fault) => {
    const one = await sent(server);
    const rule = proxy.inject(fault, reading);
    for (let look = 0; look < 2; look += 1) {
      await expect(verifyNextUpload(server.ctx, { pauses: [] })).rejects.toThrow('unavailable');
      expect(await uploadOf(server, one.upload)).toMatchObject({
        state: 'verifying',
        waitsFor: expect.stringContaining('The file store does not answer'),
      });
      await isDue(server, one.upload);
    }
    expect(rule.injected.length).toBeGreaterThan(1);
    rule.remove();
    await verifyAll(server);
    await expectVerified(server, one);
  });

  it.each(announced)(
    'is rejected for the same wrong bytes in every reading (hash announced: %s), and kept until then',
    async (isAnnounced) => {
      const { upload } = await sent(server, isAnnounced);
      proxy.inject(flip, reading);
      expect(await verifyNextUpload(server.ctx, LATER)).toBe(true);
      expect((await uploadOf(server, upload)).state).toBe('verifying');
      expect((await server.ctx.blobs.stat(await keyOf(server, upload))).sizeBytes).toBe(SIZE);
      await isDue(server, upload);
      await verifyAll(server, { pauses: [0, 0] });
      expect((await uploadOf(server, upload)).failure).toMatch(
        /Part 1 of 2 differs from the part that arrived|has the SHA-256/,
      );
    },
  );

  describe('that the store does not combine', () => {
    const locked = { kind: 'error', status: 500, code: 'InternalError' } as const;
    const stuck = async (owner: { id: string }, kind: 'version' | 'experiment' = 'experiment') => {
      const content = randomBytes(SIZE);
      const upload = await newUpload(server, kind, owner, content);
      await putAll(server, upload, content);
      const rule = proxy.inject(locked, { operation: 'CompleteMultipartUpload' });
      const { status, body } = await complete(server, upload);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({
          state: 'verifying',
          completing: true,
          waitsFor: expect.stringContaining('parts'),
        }),
      ]);
      expect(rule.injected.length).toBeGreaterThan(0);
      return { upload: body as Upload, content, rule };
    };

    it('is combined by a worker on any server; until then the upload and finalize say so', async () => {
      const version = await newVersion(server);
      const { rule, ...one } = await stuck(version, 'version');
      // Repeats for as long as the store fails.
      for (let look = 0; look < 3; look += 1) {
        await isDue(server, one.upload);
        expect(await verifyNextUpload(server.ctx, { pauses: [] })).toBe(true);
      }
      expect((await complete(server, one.upload)).body).toMatchObject({
        state: 'verifying',
        completing: true,
      });
      const finalize = () => server.api('POST', `/v1/versions/${version.id}/finalize`);
      const early = await finalize();
      expect([early.status, early.body.code]).toEqual([409, 'files_pending']);
      expect(early.body.detail).toContain('has not combined the parts yet');
      rule.remove();
      await isDue(server, one.upload);
      await verifyAll(server);
      await expectVerified(server, one);
      expect((await finalize()).body.status).toBe('ready');
    });

    it('is found combined if only the answer of the store was lost', async () => {
      const content = randomBytes(SIZE);
      const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
      await putAll(server, upload, content);
      const rule = proxy.inject({ kind: 'lose-answer' }, { operation: 'CompleteMultipartUpload' });
      expect((await complete(server, upload)).body.state).toBe('verifying');
      expect(rule.injected.length).toBeGreaterThan(0);
      await verifyAll(server);
      await expectVerified(server, { upload, content });
    });

    it('leaves no parts when its file is deleted', async () => {
      const { upload } = await stuck(await newExperiment(server));
      expect((await server.api('DELETE', fileOf(upload))).status).toBe(204);
      expect((await uploadOf(server, upload)).state).toBe('aborted');
      const blob = await server.db.prisma.upload.findUniqueOrThrow({ where: { id: upload.id } });
      expect(await Array.fromAsync(server.ctx.blobs.multipart.list(blob))).toHaveLength(2);
      await cleanUploads(server.ctx);
      await expect(Array.fromAsync(server.ctx.blobs.multipart.list(blob))).rejects.toThrow('no blob');
    });

    it('is not rejected by a server of the previous release, which does not know this state', async () => {
      const { rule, ...one } = await stuck(await newExperiment(server));
      const text = `SELECT finish_upload($1, NULL, 'lost', gen_random_uuid(), now()) AS state`;
      expect((await server.db.requests.query(text, [one.upload.id])).rows).toEqual([{ state: 'verifying' }]);
      rule.remove();
      await isDue(server, one.upload);
      await verifyAll(server);
      await expectVerified(server, one);
    });

    it('is rejected if the store has lost the parts permanently', async () => {
      const { upload, rule } = await stuck(await newExperiment(server));
      rule.remove();
      const blob = await server.db.prisma.upload.findUniqueOrThrow({ where: { id: upload.id } });
      await server.ctx.blobs.multipart.abort(blob);
      await isDue(server, upload);
      expect(await verifyNextUpload(server.ctx, LATER)).toBe(true);
      expect(await uploadOf(server, upload)).toMatchObject({
        state: 'verifying',
        waitsFor: expect.stringContaining('lost the parts'),
      });
      await isDue(server, upload);
      await verifyAll(server, { pauses: [0, 0] });
      expect((await uploadOf(server, upload)).state).toBe('failed');
    });
  });

  it.each([
    [noSuch('NoSuchUpload'), 'upload_unsettled'],
    [noSuch('NoSuchBucket'), 'unavailable'],
  ])('keeps an upload open after $code for its parts: 503', async (fault, code) => {
    const content = randomBytes(SIZE);
    const upload = await newUpload(server, 'experiment', await newExperiment(server), content);
    await putAll(server, upload, content);
    const rule = proxy.inject(fault, { operation: ['ListParts', 'UploadPart', 'CompleteMultipartUpload'] });
    for (const answer of [
      await complete(server, upload),
      await server.api('GET', `/v1/uploads/${upload.id}/parts`),
      await putPart(server, upload, 2, content.subarray(PART)),
    ])
      expect([answer.status, answer.body.code]).toEqual([503, code]);
    rule.remove();
    expect((await complete(server, upload)).status).toBe(200);
    await verifyAll(server);
    await expectVerified(server, { upload, content });
  });
});
