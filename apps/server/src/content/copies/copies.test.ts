import { randomBytes } from 'node:crypto';
import { openS3Store } from '@modelbox/blobs';
import { copiesInS3, copiesOnDisk, describeWithS3, type StoredCopies } from '@modelbox/blobs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newModel, newVersion } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { begin, newUpload, PART, putAll, sha256 } from '../../../testing/uploads.ts';
import { blobFigures } from '../../system/figures/blob-figures.ts';
import { deletePending, sweepBlobs } from '../../workers/store/blob-sweep.ts';
import { verifyNext, verifySuspect } from '../../workers/store/blob-verify.ts';
import { sweepOrphans } from '../../workers/store/orphan-sweep.ts';
import { verifyNextUpload } from '../../workers/store/upload-verify.ts';
import { syncFileStates } from './sync-file-states.ts';

/* Every damage to a stored copy is found, reported, and repaired by the next upload of the same bytes. */

interface Store {
  readonly start: () => Promise<{ server: TestServer; copies: StoredCopies }>;
}

describe('a copy on disk', () =>
  suite({
    start: async () => {
      const server = await startTestServer({ blobGrace: 0 });
      return { server, copies: copiesOnDisk(server.blobsDir) };
    },
  }));

await describeWithS3('a copy in S3', (bucket) =>
  suite({
    start: async () => {
      const options = bucket.options();
      const server = await startTestServer({ blobGrace: 0 }, await openS3Store(options));
      return { server, copies: copiesInS3(bucket.client(), options) };
    },
  }),
);

function suite({ start }: Store): void {
  let server: TestServer;
  let copies: StoredCopies;
  beforeAll(async () => {
    ({ server, copies } = await start());
  });
  afterAll(() => server.stop());

  const row = async (content: Buffer): Promise<any> =>
    (await server.db.requests.query('SELECT * FROM blobs WHERE sha256 = $1', [sha256(content)])).rows[0];
  const keyOf = async (content: Buffer): Promise<string> => (await row(content)).key;
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  const stateOf = async (path: string): Promise<string> =>
    (await server.api('GET', path.replace(/\/[^/]+$/, ''))).body.items[0].state;
  const corrupt = async () => (await blobFigures(server.db)).corrupt;

  /** Content of a ready version, whose file set never changes. */
  async function frozen(content: Buffer): Promise<string> {
    const version = await newVersion(server);
    const path = `/v1/versions/${version.id}/files/a.bin`;
    expect((await server.api('PUT', path, content)).status).toBe(201);
    await server.api('POST', `/v1/versions/${version.id}/finalize`);
    return path;
  }
  const freshPath = async () => `/v1/models/${(await newModel(server)).id}/files/b.bin`;

  const inParts = async (content: Buffer): Promise<string> => {
    const model = await newModel(server);
    const upload = await newUpload(server, 'model', model, content, { path: 'b.bin' });
    await putAll(server, upload, content);
    await server.api('POST', `/v1/uploads/${upload.id}/complete`);
    while (await verifyNextUpload(server.ctx));
    return `/v1/models/${model.id}/files/b.bin`;
  };

  const damages = ['remove', 'truncate', 'flip'] as const;

  describe.each(damages)('%s', (damage) => {
    // A copy with a flipped bit has the right size, so only a reader finds it (see below).
    const found = async (content: Buffer) => {
      const key = await keyOf(content);
      await copies[damage](key);
      if (damage === 'flip') {
        await server.db.requests.query('UPDATE blobs SET suspect_at = now() WHERE key = $1', [key]);
        expect(await verifySuspect(server.ctx)).toBe(true);
      }
      return key;
    };

    it.each(['plain', 'in parts'])(
      'is repaired by an upload %s, also for frozen versions, and leaves nothing behind',
      async (how) => {
        const content = randomBytes(how === 'plain' ? 3_000 : PART + 10);
        const path = await frozen(content);
        const bad = await found(content);
        const other = how === 'plain' ? await freshPath() : await inParts(content);
        if (how === 'plain')
          expect(await server.api('PUT', other, content)).toMatchObject({
            status: 201,
            body: { state: 'verified' },
          });
        await syncFileStates(server.ctx);
        for (const each of [path, other]) {
          const answer = await get(each);
          expect(answer.status).toBe(200);
          expect(answer.body.equals(content)).toBe(true);
          expect(await stateOf(each)).toBe('verified');
        }
        expect(await row(content)).toMatchObject({ corrupt_at: null, suspect_at: null });
        expect(await keyOf(content)).not.toBe(bad);
        await deletePending(server.ctx);
        const keys = (await Array.fromAsync(server.ctx.blobs.list())).map(({ key }) => key);
        expect(keys).not.toContain(bad);
        expect(await corrupt()).toBe(0);
      },
    );

    it('cannot be named by hash: attach is 404, and an upload in parts must send its content', async () => {
      const content = randomBytes(2_000);
      const path = await frozen(content);
      await found(content);
      const model = await newModel(server);
      const attach = await server.api('POST', `/v1/models/${model.id}/files/attach`, {
        files: [{ path: 'c.bin', sha256: sha256(content) }],
      });
      expect(attach).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect(await corrupt()).toBe(1);
      await syncFileStates(server.ctx);
      expect(await stateOf(path)).toBe('corrupt');
      const known = await begin(server, 'model', model, {
        sizeBytes: content.length,
        sha256: sha256(content),
      });
      expect(known).toMatchObject({ status: 201, body: { state: 'open' } });
      await server.api('DELETE', `/v1/uploads/${known.body.id}`);
      expect((await server.api('PUT', await freshPath(), content)).status).toBe(201);
      expect(await corrupt()).toBe(0);
    });

    it('is repaired by a PUT to the same path', async () => {
      const content = randomBytes(2_000);
      const path = await freshPath();
      await server.api('PUT', path, content);
      await found(content);
      expect(await server.api('PUT', path, content)).toMatchObject({
        status: 200,
        body: { state: 'verified' },
      });
      expect((await get(path)).body.equals(content)).toBe(true);
    });

    it('is found by a download, which never ends as if it were complete', async () => {
      // The server withholds the last chunk, so a file of several chunks shows the cut.
      const content = randomBytes(300_000);
      const path = await frozen(content);
      await copies[damage](await keyOf(content));
      if (damage === 'flip') {
        await expect(get(path)).rejects.toThrow();
        await expect.poll(async () => (await row(content)).suspect_at).not.toBeNull();
        expect(await verifySuspect(server.ctx)).toBe(true);
      } else expect(await get(path)).toMatchObject({ status: 409 });
      expect((await row(content)).corrupt_at).not.toBeNull();
      expect(await corrupt()).toBe(1);
      await syncFileStates(server.ctx);
      expect(await stateOf(path)).toBe('corrupt');
      expect((await server.api('HEAD', path)).status).toBe(409);
      expect((await get(path)).status).toBe(409);
      expect((await server.api('PUT', await freshPath(), content)).status).toBe(201);
      expect((await get(path)).body.equals(content)).toBe(true);
    });

    it('is found by an archive', async () => {
      const content = randomBytes(300_000);
      const path = await frozen(content);
      await copies[damage](await keyOf(content));
      const archive = get(path.replace(/files.*/, 'archive'));
      if (damage === 'flip') {
        await expect(archive).rejects.toThrow();
        await expect.poll(async () => (await row(content)).suspect_at).not.toBeNull();
        await verifySuspect(server.ctx);
      } else expect((await archive).status).toBe(409);
      expect((await row(content)).corrupt_at).not.toBeNull();
      await server.api('PUT', await freshPath(), content);
      expect((await get(path.replace(/files.*/, 'archive'))).status).toBe(200);
    });
  });

  it('is 503 for a small file with a wrong bit until a worker reads it again, alone and in an archive', async () => {
    const content = randomBytes(1_000);
    const path = await frozen(content);
    await copies.flip(await keyOf(content));
    const answer = await server.api('GET', path);
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers.get('retry-after')).not.toBeNull();
    const archive = await server.api('GET', path.replace(/files.*/, 'archive'));
    expect(archive).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await expect.poll(async () => (await row(content)).suspect_at).not.toBeNull();
    expect(await verifySuspect(server.ctx)).toBe(true);
    expect(await server.api('GET', path)).toMatchObject({ status: 409, body: { code: 'file_corrupt' } });
    await server.api('PUT', await freshPath(), content);
    expect((await get(path)).status).toBe(200);
  });

  it('is no longer suspect after a good second reading', async () => {
    const content = randomBytes(1_000);
    const path = await frozen(content);
    await server.db.requests.query('UPDATE blobs SET suspect_at = now() WHERE sha256 = $1', [
      sha256(content),
    ]);
    expect(await verifySuspect(server.ctx)).toBe(true);
    expect(await row(content)).toMatchObject({ suspect_at: null, corrupt_at: null });
    expect(await verifySuspect(server.ctx)).toBe(false);
    expect((await get(path)).status).toBe(200);
  });

  it('is trusted after a restore of the database only when it was read again', async () => {
    const [read, unread, sent] = [randomBytes(900), randomBytes(901), randomBytes(902)] as const;
    for (const content of [read, unread, sent]) await frozen(content);
    await copies.flip(await keyOf(unread));
    await copies.flip(await keyOf(sent));
    server.advance(1_000);
    await server.db.requests.query("UPDATE database_identity SET place = 'elsewhere'");
    const note = async () =>
      (await server.db.requests.query('SELECT note_restore($1) AS noted', [server.ctx.now()])).rows[0].noted;
    expect([await note(), await note()]).toEqual([true, false]);

    const model = await newModel(server);
    const attach = (content: Buffer) =>
      server.api('POST', `/v1/models/${model.id}/files/attach`, {
        files: [{ path: freshName('f'), sha256: sha256(content) }],
      });
    expect((await attach(read)).status).toBe(200);
    expect((await attach(unread)).status).toBe(404);
    expect((await row(unread)).corrupt_at).not.toBeNull();
    const bad = await keyOf(sent);
    expect((await server.api('PUT', await freshPath(), sent)).status).toBe(201);
    expect(await keyOf(sent)).not.toBe(bad);
    while (await verifyNext(server.ctx));
    const { rows } = await server.db.requests.query(
      'SELECT count(*)::int AS n FROM blobs b WHERE is_doubtful(b) AND sha256 <> $1',
      [sha256(unread)],
    );
    expect(rows[0].n).toBe(0);
    await server.api('PUT', await freshPath(), unread);
  });

  it('is repaired once by concurrent uploads, sweeps, readers and downloads', async () => {
    const contents = Array.from({ length: 3 }, () => randomBytes(4_000));
    const paths = await Promise.all(contents.map(frozen));
    for (let round = 0; round < 4; round++) {
      const before = await Promise.all(contents.map(keyOf));
      await Promise.all(before.map((key) => copies.remove(key)));
      const targets = await Promise.all(Array.from({ length: 9 }, freshPath));
      const uploads = Promise.all(targets.map((path, at) => server.api('PUT', path, contents[at % 3])));
      await Promise.all([
        uploads,
        ...paths.map(get),
        sweepBlobs(server.ctx),
        deletePending(server.ctx),
        verifyNext(server.ctx),
        syncFileStates(server.ctx),
      ]);
      expect((await uploads).map(({ status }) => status)).toEqual(targets.map(() => 201));
      await syncFileStates(server.ctx);
      for (const [at, path] of [...paths, ...targets].entries())
        expect((await get(path)).body.equals(contents[at % 3] as Buffer)).toBe(true);
    }
    await deletePending(server.ctx);
    await sweepOrphans(server.ctx, new Date(server.ctx.now().getTime() + 60_000));
    await deletePending(server.ctx);
    const stored = (await Array.fromAsync(server.ctx.blobs.list())).map(({ key }) => key).sort();
    const { rows } = await server.db.requests.query<{ key: string }>('SELECT key FROM blobs');
    expect(stored).toEqual(rows.map(({ key }) => key).sort());
  });
}
